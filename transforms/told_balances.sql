-- One row of Kraken's ledger as its API told it, with the balance before and after it: of the 4,000 pages of a connection that tell
-- its newest rows, without what is older than all of the others' rows. Left out are assets with rows of staking and earning, which
-- Kraken books in several wallets under one name.
WITH pages AS (
    SELECT connection, source AS page, max(occurred_at) AS last_at,
        row_number() OVER (PARTITION BY connection ORDER BY max(occurred_at) DESC, source) AS newest
    FROM lake.core.rows WHERE layout = 'kraken/ledger_api' GROUP BY connection, source
), since AS (
    SELECT connection, max(last_at) FILTER (newest > 4000) AS since_at FROM pages GROUP BY connection
), told AS (
    SELECT DISTINCT p.connection, t.key, (t.value->>'type') AS type, (t.value->>'asset') AS asset,
        to_timestamp((t.value->>'time')::DOUBLE) AS at_time, (t.value->>'balance')::DECIMAL(38,18) AS after_it,
        (t.value->>'balance')::DECIMAL(38,18) - (t.value->>'amount')::DECIMAL(38,18) + (t.value->>'fee')::DECIMAL(38,18) AS before_it
    FROM lake.raw.pages p SEMI JOIN (FROM pages WHERE newest <= 4000) c USING (connection, page), json_each(p.body, '$.result.ledger') t
    WHERE p.body IS NOT NULL AND (t.value->>'balance') <> ''
)
SELECT t.connection, t.key, t.asset, t.at_time, t.before_it, t.after_it
FROM told t JOIN since USING (connection)
WHERE (since_at IS NULL OR at_time > since_at) AND NOT EXISTS (
    FROM told o WHERE o.connection = t.connection AND o.asset = t.asset AND o.type IN ('earn', 'staking', 'transfer'))

-- One row of Kraken's ledger as its API told it, with the balance before and after it: of the 1,000 pages of a connection (50,000 rows,
-- half a second) that tell its newest rows, without what is older than all of the others' rows. Left out are assets with rows of
-- staking and earning, which Kraken books in several wallets under one name.
WITH pages AS (
    SELECT connection, source AS page, max(occurred_at) AS last_at,
        row_number() OVER (PARTITION BY connection ORDER BY max(occurred_at) DESC, source) AS newest
    FROM lake.core.rows WHERE layout = 'kraken/ledger_api' GROUP BY connection, source
), since AS (
    SELECT connection, max(last_at) FILTER (newest > 1000) AS since_at FROM pages GROUP BY connection
), entries AS (
    SELECT p.connection, unnest(map_entries(from_json(p.body->'$.result.ledger', '"MAP(VARCHAR, STRUCT('
        'type VARCHAR, asset VARCHAR, balance VARCHAR, amount VARCHAR, fee VARCHAR, time DOUBLE))"'))) AS e
    FROM lake.raw.pages p SEMI JOIN (FROM pages WHERE newest <= 1000) chosen USING (connection, page) WHERE p.body IS NOT NULL
), told AS (
    SELECT DISTINCT connection, e.key, e.value.type, e.value.asset, to_timestamp(e.value.time) AS at_time,
        e.value.balance::DECIMAL(38,18) AS after_it,
        e.value.balance::DECIMAL(38,18) - e.value.amount::DECIMAL(38,18) + e.value.fee::DECIMAL(38,18) AS before_it
    FROM entries WHERE e.value.balance <> ''
)
SELECT t.connection, t.key, t.asset, t.at_time, t.before_it, t.after_it
FROM told t JOIN since USING (connection)
WHERE (since_at IS NULL OR at_time > since_at) AND NOT EXISTS (
    FROM told o WHERE o.connection = t.connection AND o.asset = t.asset AND o.type IN ('earn', 'staking', 'transfer'))

-- Everything that the figures of one owner's year follow from, as text, one row per thing in a settled order: the same inputs give the
-- same digest, however and wherever they are stored, and the same rules make the same figures of them. That are: how it was reckoned;
-- every transaction until the end of the year with its legs, and those at the other ends of transfers that began or arrived before it;
-- of the prices of a day the one that counts; which withdrawal became which deposit.
WITH crossing AS (
    SELECT * FROM lake.mart.transfers WHERE owner = $owner AND least(sent_at, arrived_at) < $to_at
), told AS (
    SELECT t.* FROM lake.core.transactions t JOIN lake.ops.connections c USING (connection)
    WHERE c.owner = $owner AND (t.occurred_at < $to_at OR t.tx_id IN (SELECT out_tx FROM crossing UNION ALL SELECT in_tx FROM crossing))
)
SELECT 'reckoning' AS part, to_json(r)::VARCHAR AS body FROM (
    SELECT p.owner, $year AS year, $from_at::TIMESTAMPTZ AS from_at, $to_at::TIMESTAMPTZ AS to_at, p.method, p.scope, p.currency, p.zone,
        coalesce(o.year_starts, '01-01') AS year_starts, p.rules
    FROM lake.mart.published p LEFT JOIN lake.ops.owners o USING (owner) WHERE p.owner = $owner AND p.chosen_at IS NOT NULL
) r
UNION ALL
SELECT 'transaction', to_json(t)::VARCHAR FROM (
    SELECT connection, tx_id, occurred_at, kind, market, side, price::VARCHAR AS price, order_id, native_id, tx_hash, source_type,
        out_asset, out_amount::VARCHAR AS out_amount, in_asset, in_amount::VARCHAR AS in_amount,
        fee_asset, fee_amount::VARCHAR AS fee_amount, legs
    FROM told
) t
UNION ALL
SELECT 'leg', to_json(l)::VARCHAR FROM (
    SELECT l.connection, l.tx_id, l.n, l.occurred_at, l.role, l.wallet, l.asset, l.amount::VARCHAR AS amount
    FROM lake.core.legs l WHERE l.tx_id IN (SELECT tx_id FROM told)
) l
UNION ALL
SELECT 'price', to_json(p)::VARCHAR FROM (
    SELECT p.day, p.zone, p.asset, p.currency, p.close::VARCHAR AS close, p.route, p.source
    FROM lake.mart.prices p WHERE p.currency = $currency AND p.zone = $zone AND p.day < ($to_at AT TIME ZONE $zone)::DATE
    QUALIFY row_number() OVER (PARTITION BY p.asset, p.day ORDER BY p.source = 'owner' DESC, p.fetched_at DESC, p.close DESC) = 1
) p
UNION ALL
SELECT 'transfer', to_json(x)::VARCHAR FROM (
    SELECT out_tx, in_tx, asset, sent::VARCHAR AS sent, arrived::VARCHAR AS arrived, sent_at, arrived_at, matched_by FROM crossing
) x
ORDER BY ALL

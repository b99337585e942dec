-- Everything that the figures of one owner rest on, as text, one row per thing in a settled order: the same inputs give the same
-- digest, however and wherever they are stored.
SELECT 'transaction' AS part, to_json(t)::VARCHAR AS body FROM (
    SELECT t.connection, t.tx_id, t.occurred_at, t.kind, t.market, t.side, t.price::VARCHAR AS price, t.order_id, t.native_id, t.source_type
    FROM lake.core.transactions t JOIN lake.ops.connections c USING (connection) WHERE c.owner = $owner AND t.occurred_at < $to_at
) t
UNION ALL
SELECT 'leg', to_json(l)::VARCHAR FROM (
    SELECT l.connection, l.tx_id, l.n, l.occurred_at, l.role, l.wallet, l.asset, l.amount::VARCHAR AS amount
    FROM lake.core.legs l JOIN lake.ops.connections c USING (connection) WHERE c.owner = $owner AND l.occurred_at < $to_at
) l
UNION ALL
SELECT 'price', to_json(p)::VARCHAR FROM (
    SELECT p.day, p.zone, p.asset, p.currency, p.close::VARCHAR AS close, p.route, p.source
    FROM lake.mart.prices p WHERE p.currency = $currency AND p.zone = $zone AND p.day < ($to_at AT TIME ZONE $zone)::DATE
) p
UNION ALL
SELECT 'transfer', to_json(x)::VARCHAR FROM (
    SELECT out_tx, in_tx, asset, sent::VARCHAR AS sent, arrived::VARCHAR AS arrived, matched_by
    FROM lake.mart.transfers WHERE owner = $owner AND sent_at < $to_at
) x
ORDER BY ALL

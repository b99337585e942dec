-- One withdrawal and the deposit that looks like its other end.
WITH ends AS (
    SELECT t.connection, c.owner, t.tx_id, t.occurred_at, t.tx_hash, coalesce(t.out_asset, t.in_asset) AS asset, t.out_amount, t.in_amount
    FROM lake.core.transactions t JOIN lake.ops.connections c USING (connection)
    WHERE t.kind IN ('deposit', 'withdrawal')
        AND t.tx_id NOT IN (SELECT out_tx FROM lake.mart.transfers UNION ALL SELECT in_tx FROM lake.mart.transfers)
)
SELECT o.connection, o.tx_id::VARCHAR AS source, o.occurred_at AS from_at,
    rtrim(rtrim(o.out_amount::VARCHAR, '0'), '.') || ' ' || o.asset || ' to ' || i.connection AS what,
    json_object('at', i.occurred_at, 'sent', o.out_amount::VARCHAR, 'arrived', i.in_amount::VARCHAR, 'withdrawal', o.tx_id, 'deposit', i.tx_id) AS detail
FROM ends o JOIN ends i ON i.owner = o.owner AND i.asset = o.asset AND i.connection <> o.connection AND i.in_amount > 0
    AND i.occurred_at BETWEEN o.occurred_at - INTERVAL 1 HOUR AND o.occurred_at + INTERVAL 2 DAY
    AND (o.tx_hash = i.tx_hash OR (o.tx_hash IS NULL OR i.tx_hash IS NULL)
        AND i.in_amount <= o.out_amount AND i.in_amount::DOUBLE > 0.95 * o.out_amount::DOUBLE)
WHERE o.out_amount > 0

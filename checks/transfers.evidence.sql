-- One withdrawal and the deposit that looks like its other end, of those in `lone_ends` (own_transfers.py).
SELECT o.connection, o.tx_id::VARCHAR AS source, o.occurred_at AS from_at,
    rtrim(rtrim((-o.moved)::VARCHAR, '0'), '.') || ' ' || o.asset || ' to ' || i.connection AS what,
    json_object('at', i.occurred_at, 'sent', (-o.moved)::VARCHAR, 'arrived', i.moved::VARCHAR, 'withdrawal', o.tx_id, 'deposit', i.tx_id) AS detail
FROM lone_ends o JOIN lone_ends i ON i.owner = o.owner AND i.asset = o.asset AND i.connection <> o.connection
    AND i.occurred_at BETWEEN o.occurred_at - INTERVAL 1 HOUR AND o.occurred_at + INTERVAL 2 DAY
    AND (o.tx_hash = i.tx_hash OR (o.tx_hash IS NULL OR i.tx_hash IS NULL)
        AND i.moved <= -o.moved AND i.moved::DOUBLE > -0.95 * o.moved::DOUBLE)
WHERE o.moved < 0 AND i.moved > 0

-- One withdrawal and the deposit that looks like its other end though the rules of own transfers do not match them, of those in the
-- temp table `lone_ends` (checks/own_transfers.py).
SELECT o.connection, o.tx_id, o.asset, o.occurred_at AS sent_at, -o.moved AS sent, i.connection AS to_connection,
    i.tx_id AS deposit, i.occurred_at AS arrived_at, i.moved AS arrived
FROM lone_ends o JOIN lone_ends i ON i.owner = o.owner AND i.asset = o.asset AND i.connection <> o.connection
    AND i.occurred_at BETWEEN o.occurred_at - INTERVAL 1 HOUR AND o.occurred_at + INTERVAL 2 DAY
    AND (o.tx_hash = i.tx_hash OR (o.tx_hash IS NULL OR i.tx_hash IS NULL)
        AND i.moved <= -o.moved AND i.moved::DOUBLE > -0.95 * o.moved::DOUBLE)
WHERE o.moved < 0 AND i.moved > 0

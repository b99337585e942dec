-- Failing means: what left one account of an owner and what arrived at another look like one transfer, but too much was lost on the
-- way or it took too long for them to be matched, so the one is taken for a payment and the other for coins of unknown cost. The
-- owner can say which is which, or that they have nothing to do with each other. `lone_ends`: see own_transfers.py.
SELECT c.connection, count(DISTINCT o.tx_id) AS unmatched_transfers
FROM lake.ops.connections c LEFT JOIN (
    SELECT o.connection, o.tx_id
    FROM lone_ends o JOIN lone_ends i ON i.owner = o.owner AND i.asset = o.asset AND i.connection <> o.connection
        AND i.occurred_at BETWEEN o.occurred_at - INTERVAL 1 HOUR AND o.occurred_at + INTERVAL 2 DAY
        AND (o.tx_hash = i.tx_hash OR (o.tx_hash IS NULL OR i.tx_hash IS NULL)
            AND i.moved <= -o.moved AND i.moved::DOUBLE > -0.95 * o.moved::DOUBLE)
    WHERE o.moved < 0 AND i.moved > 0
) o USING (connection)
GROUP BY c.connection ORDER BY c.connection

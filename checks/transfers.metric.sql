-- Failing means: what left one account of an owner and what arrived at another look like one transfer, but too much was lost on the
-- way or it took too long for them to be matched, so the one is taken for a payment and the other for coins of unknown cost. The
-- owner can say which is which, or that they have nothing to do with each other. `near_transfers`: see transforms/near_transfers.sql.
SELECT c.connection, count(DISTINCT n.tx_id) AS unmatched_transfers
FROM lake.ops.connections c LEFT JOIN near_transfers n USING (connection) GROUP BY c.connection ORDER BY c.connection

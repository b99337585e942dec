-- Failing means: a fee was charged and stands in none of the account's files, and no balance was reported that would show it: what is held
-- is less than what is shown. The owner can connect the account by a key, import the fees, or say that there were none.
SELECT c.connection, count(u.tx_id) AS untold_fees
FROM lake.ops.connections c LEFT JOIN untold_fees u USING (connection)
GROUP BY c.connection ORDER BY c.connection

-- Failing means: more was taken out of a wallet than the known transactions had put in, which cannot be: a deposit, a purchase or a
-- reward before that moment is missing. The owner can upload the export of the time before it, or say where it came from.
-- `below_zero`: see transforms/below_zero.sql.
SELECT c.connection, count(DISTINCT (b.wallet, b.asset)) FILTER (b.asset IS NOT NULL) AS negative_holdings
FROM lake.ops.connections c LEFT JOIN below_zero b USING (connection) GROUP BY c.connection ORDER BY c.connection

-- Failing means: more was taken out of a wallet than the known transactions had put in, which cannot be: a deposit, a purchase or a
-- reward before that moment is missing. The owner can upload the export of the time before it, or say where it came from.
-- Looked at once an hour: sources tell time by clocks of different steps, and within an hour their order may only seem so.
WITH hourly AS (
    SELECT connection, wallet, asset, epoch_us(occurred_at) // 3600000000 AS hour, sum(amount) AS amount
    FROM lake.core.legs GROUP BY ALL
), running AS (
    SELECT connection, wallet, asset, sum(amount) OVER (PARTITION BY connection, wallet, asset ORDER BY hour) AS held FROM hourly
), negative AS (
    SELECT connection, count(DISTINCT (wallet, asset)) AS holdings FROM running WHERE held < 0 GROUP BY connection
)
SELECT c.connection, coalesce(n.holdings, 0) AS negative_holdings
FROM lake.ops.connections c LEFT JOIN negative n USING (connection) ORDER BY c.connection

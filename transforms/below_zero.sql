-- One asset in one wallet at the end of an hour in which it was below zero. Looked at once an hour: sources tell time by clocks of
-- different steps, and within an hour their order may only seem so. Only days are looked at on which it could have happened at all: a
-- wallet that held more than was taken that day was never below zero.
WITH daily AS (
    SELECT connection, wallet, asset, epoch_us(occurred_at) // 86400000000 AS day, sum(amount) AS moved,
        sum(amount) FILTER (amount < 0) AS taken
    FROM lake.core.legs GROUP BY ALL
), running AS (
    SELECT *, sum(moved) OVER (PARTITION BY connection, wallet, asset ORDER BY day) - moved AS held_before FROM daily
), doubtful AS (
    SELECT connection, wallet, asset, day, held_before FROM running WHERE held_before + taken < 0
), hourly AS (
    SELECT l.connection, l.wallet, l.asset, d.day, d.held_before, epoch_us(l.occurred_at) // 3600000000 AS hour, sum(l.amount) AS moved
    FROM lake.core.legs l JOIN doubtful d ON d.connection = l.connection AND d.wallet = l.wallet AND d.asset = l.asset
        AND d.day = epoch_us(l.occurred_at) // 86400000000
    GROUP BY ALL
), held AS (
    SELECT connection, wallet, asset, hour, held_before + sum(moved) OVER (
        PARTITION BY connection, wallet, asset, day ORDER BY hour) AS held
    FROM hourly
)
SELECT connection, wallet, asset, hour, held FROM held WHERE held < 0

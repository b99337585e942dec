-- One asset in one wallet at the end of an hour in which it was below zero. Looked at once an hour: sources tell time by clocks of
-- different steps, and within an hour their order may only seem so. Only stretches are looked at in which it could have happened at
-- all, of 32 days and then of these the single days: a wallet that held more than was taken in one was never below zero in it, and
-- one from which nothing was taken was not further below than before.
WITH stretches AS (
    SELECT connection, wallet, asset, epoch_us(occurred_at) // 2764800000000 AS stretch, sum(amount) AS moved,
        sum(amount) FILTER (amount < 0) AS taken
    FROM lake.core.legs GROUP BY ALL
), doubtful AS (
    SELECT connection, wallet, asset, stretch, sum(moved) OVER earlier - moved AS held_before FROM stretches
    WINDOW earlier AS (PARTITION BY connection, wallet, asset ORDER BY stretch) QUALIFY held_before + taken < 0
), days AS (
    SELECT l.connection, l.wallet, l.asset, d.stretch, d.held_before, epoch_us(l.occurred_at) // 86400000000 AS day,
        sum(l.amount) AS moved, sum(l.amount) FILTER (l.amount < 0) AS taken
    FROM lake.core.legs l JOIN doubtful d ON d.connection = l.connection AND d.wallet = l.wallet AND d.asset = l.asset
        AND d.stretch = epoch_us(l.occurred_at) // 2764800000000
    GROUP BY ALL
), doubtful_days AS (
    SELECT connection, wallet, asset, day, held_before + sum(moved) OVER earlier - moved AS held_at_first FROM days
    WINDOW earlier AS (PARTITION BY connection, wallet, asset, stretch ORDER BY day) QUALIFY held_at_first + taken < 0
), hourly AS (
    SELECT l.connection, l.wallet, l.asset, d.day, d.held_at_first, epoch_us(l.occurred_at) // 3600000000 AS hour, sum(l.amount) AS moved
    FROM lake.core.legs l JOIN doubtful_days d ON d.connection = l.connection AND d.wallet = l.wallet AND d.asset = l.asset
        AND d.day = epoch_us(l.occurred_at) // 86400000000
    GROUP BY ALL
), held AS (
    SELECT connection, wallet, asset, hour, held_at_first + sum(moved) OVER (
        PARTITION BY connection, wallet, asset, day ORDER BY hour) AS held
    FROM hourly
)
SELECT connection, wallet, asset, hour, held FROM held WHERE held < 0

-- One asset in one wallet at the end of an hour in which it was below zero. Looked at once an hour: sources tell time by clocks of
-- different steps, and within an hour their order may only seem so. Only the days are looked at on which it could have happened at
-- all (`doubtful_days`): a wallet from which nothing was taken was not further below than before.
WITH hourly AS (
    SELECT l.connection, l.wallet, l.asset, d.day, d.held_at_first, epoch_us(l.occurred_at) // 3600000000 AS hour, sum(l.amount) AS moved
    FROM lake.core.legs l JOIN doubtful_days d ON d.connection = l.connection AND d.wallet = l.wallet AND d.asset = l.asset
        AND d.day = epoch_us(l.occurred_at) // 86400000000
    WHERE l.occurred_at >= (SELECT min(from_at) FROM doubtful_days) AND l.occurred_at < (SELECT max(to_at) FROM doubtful_days)
    GROUP BY ALL
), held AS (
    SELECT connection, wallet, asset, hour, held_at_first + sum(moved) OVER (
        PARTITION BY connection, wallet, asset, day ORDER BY hour) AS held
    FROM hourly
)
SELECT connection, wallet, asset, hour, held FROM held WHERE held < 0

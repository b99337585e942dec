-- One day of a stretch of `doubtful_months` in which an asset in a wallet could have been below zero. Most accounts are in doubt only
-- while they are young, so most files of the lake are never opened here.
WITH days AS (
    SELECT l.connection, l.wallet, l.asset, d.stretch, d.held_before, epoch_us(l.occurred_at) // 86400000000 AS day,
        sum(l.amount) AS moved, sum(l.amount) FILTER (l.amount < 0) AS taken
    FROM lake.core.legs l JOIN doubtful_months d ON d.connection = l.connection AND d.wallet = l.wallet AND d.asset = l.asset
        AND d.stretch = epoch_us(l.occurred_at) // 2764800000000
    WHERE l.occurred_at >= (SELECT min(from_at) FROM doubtful_months) AND l.occurred_at < (SELECT max(to_at) FROM doubtful_months)
    GROUP BY ALL
)
SELECT connection, wallet, asset, day, make_timestamptz(day * 86400000000) AS from_at, make_timestamptz((day + 1) * 86400000000) AS to_at,
    held_before + sum(moved) OVER earlier - moved AS held_at_first
FROM days WINDOW earlier AS (PARTITION BY connection, wallet, asset, stretch ORDER BY day) QUALIFY held_at_first + taken < 0

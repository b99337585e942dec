-- One asset in one wallet in a stretch of 32 days in which it could have been below zero at all: of which more was taken in it than was
-- held before. A wallet that held more was never below zero in it.
WITH stretches AS (
    SELECT connection, wallet, asset, epoch_us(occurred_at) // 2764800000000 AS stretch, sum(amount) AS moved,
        sum(amount) FILTER (amount < 0) AS taken
    FROM lake.core.legs GROUP BY ALL
)
SELECT connection, wallet, asset, stretch, make_timestamptz(stretch * 2764800000000) AS from_at,
    make_timestamptz((stretch + 1) * 2764800000000) AS to_at, sum(moved) OVER earlier - moved AS held_before
FROM stretches WINDOW earlier AS (PARTITION BY connection, wallet, asset ORDER BY stretch) QUALIFY held_before + taken < 0

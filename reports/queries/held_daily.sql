-- What the owner held of an asset at the end of each day of the year on which it changed, the day before the year included.
WITH days AS (
    SELECT owner, asset, day, connection, amount FROM lake.main.balances_daily
    WHERE owner = $owner AND asset IN (SELECT unnest($assets::VARCHAR[])) AND day < ($to_at AT TIME ZONE 'UTC')::DATE
), moves AS (
    SELECT asset, greatest(day, ($from_at AT TIME ZONE 'UTC')::DATE - 1) AS day,
        amount - lag(amount, 1, 0) OVER (PARTITION BY connection, asset ORDER BY days.day) AS moved FROM days
)
SELECT asset, day, sum(sum(moved)) OVER (PARTITION BY asset ORDER BY day) AS amount FROM moves GROUP BY asset, day ORDER BY asset, day

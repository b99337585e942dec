-- What the owner held at the end of the year, or holds now if it is not over.
SELECT asset, sum(amount) AS amount, bool_and(complete) AS complete
FROM (
    SELECT connection, asset, amount, complete FROM lake.main.balances_daily
    WHERE owner = $owner AND day < ($to_at AT TIME ZONE 'UTC')::DATE
    QUALIFY day = max(day) OVER (PARTITION BY connection, asset)
)
GROUP BY asset HAVING sum(amount) <> 0 ORDER BY asset

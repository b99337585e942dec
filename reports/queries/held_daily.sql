-- What the owner held of an asset at the end of each UTC day of the year on which it changed, or at the end of the year in the middle
-- of one; what was before the year stands on the day before it.
WITH moves AS (
    SELECT l.asset, CASE WHEN l.occurred_at < $from_at THEN ($from_at AT TIME ZONE 'UTC')::DATE - 1
        ELSE (l.occurred_at AT TIME ZONE 'UTC')::DATE END AS day, l.amount
    FROM lake.core.legs l JOIN lake.ops.connections c USING (connection)
    WHERE c.owner = $owner AND l.asset IN (SELECT unnest($assets::VARCHAR[])) AND l.occurred_at < $to_at
)
SELECT asset, day, sum(sum(amount)) OVER (PARTITION BY asset ORDER BY day) AS amount FROM moves GROUP BY asset, day ORDER BY asset, day

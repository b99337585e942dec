-- One account of the owner that was frozen before that year: it has no part in it, and nothing of it is expected.
SELECT connection, 'frozen on ' || strftime(frozen_at, '%Y-%m-%d') || ': nothing afterwards is in here' AS notes
FROM lake.ops.connections WHERE owner = $owner AND frozen_at <= $from_at ORDER BY connection

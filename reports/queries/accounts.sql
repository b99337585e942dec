-- One account of the owner in that year.
SELECT y.connection, k.exchange, k.state, k.cause, k.frozen_at, y.from_at, y.to_at, y.complete, y.complete_until, y.spoiled_by, y.notes
FROM lake.main.completeness_by_year y JOIN lake.main.connections k USING (connection, owner)
WHERE y.owner = $owner AND y.year = $year
ORDER BY y.connection

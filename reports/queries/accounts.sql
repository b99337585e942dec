-- One account of the owner in that year. by_files: it has no keys and never had.
SELECT y.connection, k.exchange, k.state, k.cause, k.frozen_at, y.from_at, y.to_at, y.complete, y.complete_until, y.spoiled_by, y.notes,
    coalesce((c.settings->>'by_files')::BOOLEAN, false) AS by_files
FROM lake.main.completeness_by_year y JOIN lake.main.connections k USING (connection, owner) JOIN lake.ops.connections c USING (connection)
WHERE y.owner = $owner AND y.year = $year
ORDER BY y.connection

-- The owner's year: when it begins and ends, and whether everything behind it is proven. One row; none where no account of the
-- owner has history in it.
SELECT y.from_at, y.to_at, y.complete, y.complete_until, y.gap_count, y.notes,
    coalesce(o.currency, 'EUR') AS currency, coalesce(o.time_zone, 'UTC') AS zone
FROM lake.main.completeness_by_owner y LEFT JOIN lake.ops.owners o USING (owner)
WHERE y.owner = $owner AND y.year = $year

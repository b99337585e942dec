-- one year of one owner, happened: anything is known of it or it was reported, whether it is complete, and the report that was written of it; years before anything happened are left out,
-- unless something may be missing in them
SELECT y.owner, y.year, y.from_at, y.to_at, y.complete, y.complete_until, y.spoiled_by, r.made_at, r.folder, r.complete_when_made,
    c.changed_at, y.year > b.first_year OR r.made_at IS NOT NULL AS happened
FROM lake.main.completeness_by_owner y
LEFT JOIN lake.main.reports r ON r.owner = y.owner AND r.year = y.year AND r.replaced_at IS NULL
LEFT JOIN (
    SELECT source, max(found_at) AS changed_at FROM lake.main.findings WHERE kind = 'report_changed' AND resolved_at IS NULL GROUP BY source
) c ON c.source = format('report {} of {}', y.year, y.owner)
LEFT JOIN (
    SELECT k.owner, year(min(t.occurred_at)) - 1 AS first_year FROM lake.core.transactions t JOIN lake.ops.connections k USING (connection) GROUP BY k.owner
) b ON b.owner = y.owner
WHERE (y.year >= b.first_year OR NOT y.complete OR r.made_at IS NOT NULL OR $year IS NOT NULL)
    AND ($owner IS NULL OR y.owner = $owner) AND ($year IS NULL OR y.year = $year)
ORDER BY y.owner, y.year DESC

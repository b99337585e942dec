-- Failing means: the exchange tells a transaction otherwise than it did, or no longer at all. The newer answer stands, and what
-- vanished stays; numbers that were given to others may rest on the older one. The owner can compare with the exchange's own page.
SELECT c.connection, count(f.finding) FILTER (f.kind = 'row_changed') AS changed_rows, count(f.finding) FILTER (f.kind = 'row_vanished') AS vanished
FROM lake.ops.connections c LEFT JOIN lake.ops.findings f
    ON f.connection = c.connection AND f.kind IN ('row_changed', 'row_vanished') AND f.resolved_at IS NULL
GROUP BY c.connection ORDER BY c.connection

-- Failing means: an exchange's answers of the last week have a field in every row that the two months before never had, or lack one
-- that every row had: it is changing its API. Nothing is lost, answers are kept as they came; what a new field means is open. A
-- field that only some rows have is no sign. `drifted_fields`: see transforms/drifted_fields.sql.
SELECT c.connection, count(d.key) AS drifted_fields
FROM lake.ops.connections c LEFT JOIN drifted_fields d USING (connection) GROUP BY c.connection ORDER BY c.connection

-- One row that changed, or the rows of one stream that vanished.
SELECT connection, source, from_at, CASE kind WHEN 'row_changed' THEN 'changed: ' || (evidence->>'row_id') ELSE 'vanished from ' || source END AS what,
    evidence AS detail
FROM lake.ops.findings WHERE kind IN ('row_changed', 'row_vanished') AND resolved_at IS NULL

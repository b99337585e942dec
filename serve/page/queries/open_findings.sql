-- one thing that a check, a merge or a run saw and that is not settled, the newest first
SELECT f.finding, f.connection, c.exchange, f.kind, f.from_at, f.to_at, f.found_at, f.source, f.evidence
FROM lake.main.findings f LEFT JOIN lake.ops.connections c USING (connection)
WHERE f.resolved_at IS NULL AND f.kind NOT IN ('run_failed', 'import_stopped', 'open_gap')
ORDER BY f.found_at DESC, f.connection, f.kind LIMIT 300

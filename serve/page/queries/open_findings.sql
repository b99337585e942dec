-- one thing that a check, a merge or a run saw and that is not settled, what is in no number first. That imports stopped is told with
-- the connections, each with its way out
SELECT f.finding, f.connection, c.exchange, f.kind, f.from_at, f.to_at, f.found_at, f.source, f.evidence
FROM lake.main.findings f LEFT JOIN lake.ops.connections c USING (connection)
WHERE f.resolved_at IS NULL AND f.kind NOT IN ('run_failed', 'run_died', 'stale', 'scheduler_silent', 'import_stopped', 'open_gap')
ORDER BY f.kind NOT IN ('quarantined', 'negative_balance', 'balance_differs', 'chain_broken', 'count_differs'), f.connection, f.kind, f.from_at
LIMIT 300

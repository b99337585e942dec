-- One thing a check or a merge saw that touches the year and is not settled. Rewards that came no more are among the remarks.
SELECT f.connection, f.kind, f.from_at, f.to_at, f.evidence
FROM lake.main.findings f JOIN lake.main.connections k USING (connection)
WHERE k.owner = $owner AND f.resolved_at IS NULL AND f.from_at < $to_at AND coalesce(f.to_at, f.from_at) >= $from_at - INTERVAL 5 YEAR
    AND f.kind NOT IN ('run_failed', 'import_stopped', 'report_changed', 'open_gap', 'rewards_ceased')
ORDER BY f.connection, f.kind, f.from_at

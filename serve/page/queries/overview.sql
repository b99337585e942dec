-- one connection as the page shows it. stopped_at: when its imports stopped; bridged_until: files cover it until then;
-- calendar_year: its owner's tax year begins in January
SELECT c.connection, c.owner, c.exchange, c.state, c.cause, c.last_success_at, c.complete_until, c.complete, c.key_expires_at,
    c.history_from, c.account_id, p.spoiled_by, p.gap_count, p.read_until, o.rights, o.settings, o.created_at,
    runs.syncing_since, coalesce(stop.opened_at, runs.stopped_at) AS stopped_at, stop.bridged_until, first.first_at,
    coalesce(w.year_starts, '01-01') = '01-01' AS calendar_year
FROM lake.main.connections c JOIN lake.main.completeness p USING (connection) JOIN lake.ops.connections o USING (connection)
LEFT JOIN lake.ops.owners w ON w.owner = c.owner
LEFT JOIN (
    SELECT r.connection, max(r.started_at) FILTER (r.ended_at IS NULL) AS syncing_since,
        min(r.started_at) FILTER (NOT r.ok AND r.started_at > coalesce(k.last_success_at, '-infinity')) AS stopped_at
    FROM lake.ops.runs r JOIN lake.ops.connections k USING (connection) WHERE r.kind IN ('sync', 're-read') GROUP BY r.connection
) runs USING (connection)
LEFT JOIN (
    SELECT connection, min(opened_at) AS opened_at, max(bridged_until) FILTER (state = 'bridged') AS bridged_until
    FROM lake.ops.incidents WHERE kind = 'import_stopped' AND state <> 'closed' GROUP BY connection
) stop USING (connection)
LEFT JOIN (SELECT connection, min(occurred_at) AS first_at FROM lake.core.transactions GROUP BY connection) first USING (connection)
WHERE $name IS NULL OR c.connection = $name
ORDER BY c.connection

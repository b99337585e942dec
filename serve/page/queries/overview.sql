-- one connection as the page shows it; stopped_at: the first sync that failed since the last good one
SELECT c.connection, c.owner, c.exchange, c.state, c.cause, c.last_success_at, c.complete_until, c.complete, c.key_expires_at,
    c.history_from, c.account_id, p.spoiled_by, p.gap_count, p.read_until, o.rights, o.settings, o.created_at,
    runs.syncing_since, runs.stopped_at, first.first_at
FROM lake.main.connections c JOIN lake.main.completeness p USING (connection) JOIN lake.ops.connections o USING (connection)
LEFT JOIN (
    SELECT r.connection, max(r.started_at) FILTER (r.ended_at IS NULL) AS syncing_since,
        min(r.started_at) FILTER (NOT r.ok AND r.started_at > coalesce(k.last_success_at, '-infinity')) AS stopped_at
    FROM lake.ops.runs r JOIN lake.ops.connections k USING (connection) WHERE r.kind IN ('sync', 're-read') GROUP BY r.connection
) runs USING (connection)
LEFT JOIN (SELECT connection, min(occurred_at) AS first_at FROM lake.core.transactions GROUP BY connection) first USING (connection)
WHERE $name IS NULL OR c.connection = $name
ORDER BY c.connection

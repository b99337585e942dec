-- one trouble, those that are not closed first
SELECT i.incident, i.connection, c.exchange, i.kind, i.state, i.opened_at, i.since_at, i.causes, i.said, i.bridged_until, i.closed_at,
    i.closed_by
FROM lake.main.incidents i LEFT JOIN lake.ops.connections c USING (connection)
WHERE ($name IS NULL OR i.connection = $name) AND ($open_only IS NOT TRUE OR i.state <> 'closed')
ORDER BY i.state = 'closed', i.opened_at DESC
LIMIT 500

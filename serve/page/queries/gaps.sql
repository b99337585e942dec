-- one stretch of time of one scope that is not proven complete, the newest first
SELECT g.connection, c.exchange, g.stream, g.scope, g.from_at, g.to_at, g.why, g.books
FROM lake.main.gaps g JOIN lake.ops.connections c USING (connection)
WHERE $name IS NULL OR g.connection = $name
ORDER BY g.connection, g.books DESC, g.to_at DESC, g.stream, g.scope

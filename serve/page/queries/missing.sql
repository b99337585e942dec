-- one stretch of time of one kind of history that is not proven complete, those that hide bookings first, the newest first in them.
-- parts: how many parts of it miss just that; scope: the only one
SELECT g.connection, c.exchange, g.stream, count(*) AS parts, any_value(g.scope) AS scope, g.from_at, g.to_at, g.why, g.books
FROM lake.main.gaps g JOIN lake.ops.connections c USING (connection)
WHERE $name IS NULL OR g.connection = $name
GROUP BY g.connection, c.exchange, g.stream, g.from_at, g.to_at, g.why, g.books
ORDER BY g.books DESC, g.connection, g.to_at DESC, g.stream, g.from_at

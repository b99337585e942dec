-- One gap in a stream that moves balances.
SELECT g.connection, g.stream || ' ' || g.scope AS source, g.from_at,
    concat_ws(' ', g.stream, nullif(g.scope, 'all'), strftime(g.from_at, 'from %Y-%m-%d %H:%M')) AS what,
    json_object('to_at', g.to_at, 'why', g.why) AS detail
FROM lake.main.gaps g JOIN lake.ops.connections c USING (connection)
WHERE g.books AND (g.to_at < now() OR g.from_at < c.last_success_at - INTERVAL 26 HOUR)

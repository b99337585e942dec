-- One stretch of that year that is not proven complete, of a stream on which balances rest; streams missing alike come together.
SELECT g.connection, k.exchange, string_agg(DISTINCT g.stream, ', ' ORDER BY g.stream) AS streams, count(*) AS parts,
    greatest(g.from_at, $from_at) AS from_at, least(g.to_at, $to_at) AS to_at, any_value(g.why) AS why
FROM lake.main.gaps g JOIN lake.main.connections k USING (connection)
WHERE k.owner = $owner AND g.books AND g.from_at < $to_at AND g.to_at > $from_at
GROUP BY g.connection, k.exchange, greatest(g.from_at, $from_at), least(g.to_at, $to_at)
ORDER BY g.connection, 5, 6

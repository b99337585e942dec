-- One stretch of that year that is not proven complete, of a stream on which balances rest; streams missing alike come together.
-- unproven: the files that hold something of it and cannot show that they hold all of their period.
WITH stretches AS (
    SELECT g.connection, string_agg(DISTINCT g.stream, ', ' ORDER BY g.stream) AS streams, any_value(g.why) AS why,
        greatest(g.from_at, $from_at) AS from_at, least(g.to_at, $to_at) AS to_at
    FROM lake.main.gaps g JOIN lake.main.connections k USING (connection)
    WHERE k.owner = $owner AND g.books AND g.from_at < $to_at AND g.to_at > $from_at
    GROUP BY g.connection, greatest(g.from_at, $from_at), least(g.to_at, $to_at)
)
SELECT s.connection, s.streams, s.from_at, s.to_at, s.why, list(u.upload ORDER BY u.from_at, u.upload)
    FILTER (u.upload IS NOT NULL) AS unproven
FROM stretches s LEFT JOIN lake.main.uploads u
    ON u.connection = s.connection AND u.basis IS NULL AND u.undone_at IS NULL AND u.from_at < s.to_at AND u.to_at >= s.from_at
GROUP BY ALL ORDER BY s.connection, s.from_at, s.to_at

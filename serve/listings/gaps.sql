-- one stretch of time that is not proven, as a person reads it; parts of a stream that miss the same are one. all: also streams
-- that only add details to what others book
SELECT connection, concat(replace(stream, '_', ' '), CASE WHEN count(*) > 1 THEN format(' ({} parts)', count(*))
        WHEN any_value(scope) = 'markets' THEN ' (list of its parts)' WHEN any_value(scope) <> 'all' THEN ' ' || any_value(scope) END,
        CASE WHEN NOT books THEN ', details only' END) AS what,
    from_at, CASE WHEN to_at >= now() - INTERVAL 5 MINUTE THEN 'now' ELSE strftime(to_at, '%Y-%m-%d %H:%M') END AS to_at,
    replace(why, '_', ' ') AS why
FROM gaps WHERE books OR $all
GROUP BY connection, stream, from_at, gaps.to_at, gaps.why, books
ORDER BY books DESC, connection, gaps.to_at DESC, stream, from_at

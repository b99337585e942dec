-- one part of a stream that must be covered, with what is claimed of it (lists, one entry per claim)
SELECT s.connection, s.stream, s.scope, s.books, s.unreachable,
    coalesce(list(c.from_at ORDER BY c.from_at, c.to_at) FILTER (c.stream IS NOT NULL), []) AS from_ats,
    coalesce(list(c.to_at ORDER BY c.from_at, c.to_at) FILTER (c.stream IS NOT NULL), []) AS to_ats,
    coalesce(list(c.basis ORDER BY c.from_at, c.to_at) FILTER (c.stream IS NOT NULL), []) AS bases
FROM lake.ops.scopes s LEFT JOIN lake.core.coverage c
    ON c.connection = s.connection AND c.stream = s.stream AND c.scope IN (s.scope, 'all')
WHERE $name IS NULL OR s.connection = $name
GROUP BY ALL ORDER BY s.connection, s.books DESC, s.stream, s.scope

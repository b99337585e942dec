-- what one connection held of an asset just before a moment, or holds now, and whether everything before that is proven
SELECT c.owner, l.connection, l.asset, sum(l.amount) AS amount,
    coalesce(CASE WHEN $moment::TIMESTAMPTZ IS NULL THEN any_value(p.complete) ELSE any_value(p.complete_until) >= $moment END, false) AS complete
FROM lake.core.legs l JOIN lake.ops.connections c USING (connection) LEFT JOIN lake.main.completeness p USING (connection)
WHERE $moment IS NULL OR l.occurred_at < $moment
GROUP BY c.owner, l.connection, l.asset HAVING sum(l.amount) <> 0
ORDER BY c.owner, l.asset, l.connection

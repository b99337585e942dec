-- What an account held of an asset just before a moment; complete: whether everything before it is proven, as asked now.
SELECT c.owner, l.connection, l.asset, sum(l.amount) AS amount, coalesce(any_value(p.proven_until) >= $moment, false) AS complete
FROM lake.core.legs l JOIN lake.ops.connections c USING (connection) LEFT JOIN lake.core.proven p USING (connection)
WHERE l.occurred_at < $moment AND ($owner IS NULL OR c.owner = $owner)
GROUP BY c.owner, l.connection, l.asset HAVING sum(l.amount) <> 0 ORDER BY ALL

-- What the owner held at the end of the year, or holds now if it is not over. complete: everything before that moment is proven.
SELECT l.asset, sum(l.amount) AS amount,
    coalesce(bool_and(CASE WHEN $to_at > now() THEN p.complete ELSE p.complete_until >= $to_at END), false) AS complete
FROM lake.core.legs l JOIN lake.ops.connections c USING (connection) JOIN lake.main.completeness p USING (connection)
WHERE c.owner = $owner AND l.occurred_at < $to_at
GROUP BY l.asset HAVING sum(l.amount) <> 0 ORDER BY l.asset

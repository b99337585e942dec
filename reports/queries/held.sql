-- What the owner held at the end of the year, or holds now if it is not over. complete: everything before that moment is proven, at
-- every account, since any of them may have held some of it.
WITH proven AS (
    SELECT coalesce(bool_and(CASE WHEN $to_at > now() THEN p.complete ELSE p.proven_until >= $to_at END), false) AS complete
    FROM lake.core.proven p JOIN lake.ops.connections c USING (connection) WHERE c.owner = $owner AND c.history_from < $to_at
)
SELECT l.asset, sum(l.amount) AS amount, any_value(p.complete) AS complete
FROM lake.core.legs l JOIN lake.ops.connections c USING (connection), proven p
WHERE c.owner = $owner AND l.occurred_at < $to_at
GROUP BY l.asset HAVING sum(l.amount) <> 0 ORDER BY l.asset

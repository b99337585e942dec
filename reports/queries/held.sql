-- What the owner held at the end of the year, or holds now if it is not over, with what was on its way between own accounts: it had
-- left the one and was not in the other, or by two clocks was in both. complete: everything before that moment is proven, at every
-- account, since any of them may have held some of it.
WITH proven AS (
    SELECT coalesce(bool_and(CASE WHEN $to_at > now() THEN p.complete ELSE p.proven_until >= $to_at END), false) AS complete
    FROM lake.core.proven p JOIN lake.ops.connections c USING (connection) WHERE c.owner = $owner AND c.history_from < $to_at
), moved AS (
    SELECT l.asset, l.amount FROM lake.core.legs l JOIN lake.ops.connections c USING (connection)
    WHERE c.owner = $owner AND l.occurred_at < $to_at
    UNION ALL
    SELECT asset, CASE WHEN sent_at < arrived_at THEN arrived ELSE -arrived END FROM lake.mart.transfers
    WHERE owner = $owner AND least(sent_at, arrived_at) < $to_at AND greatest(sent_at, arrived_at) >= $to_at
)
SELECT m.asset, sum(m.amount) AS amount, any_value(p.complete) AS complete FROM moved m, proven p
GROUP BY m.asset HAVING sum(m.amount) <> 0 ORDER BY m.asset

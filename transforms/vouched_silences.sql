-- One stretch of time that rests on the owner's word alone and in which nothing happened though things happened before and after it,
-- and how many times as long it is as this account's pauses usually are: all but the longest twentieth of them, a day at least.
-- An account of less than fifty pauses has no habit.
WITH claims AS (
    SELECT connection, stream, scope, from_at, to_at, coalesce(from_at > max(to_at) OVER (
        PARTITION BY connection, stream, scope ORDER BY from_at, to_at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), true) AS begins
    FROM lake.core.coverage WHERE basis = 'owner'
), numbered AS (
    SELECT *, count(*) FILTER (begins) OVER (PARTITION BY connection, stream, scope ORDER BY from_at, to_at) AS stretch FROM claims
), vouched AS (
    SELECT connection, stream, scope, min(from_at) AS from_at, max(to_at) AS to_at FROM numbered
    GROUP BY connection, stream, scope, stretch
), pauses AS (
    SELECT connection, occurred_at AS from_at, lead(occurred_at) OVER (PARTITION BY connection ORDER BY occurred_at) AS to_at
    FROM lake.core.transactions SEMI JOIN vouched USING (connection)
), usual AS (
    SELECT connection, greatest(quantile_cont(epoch(to_at) - epoch(from_at), 0.95), 86400) AS seconds
    FROM pauses WHERE to_at IS NOT NULL GROUP BY connection HAVING count(*) >= 50
), silent AS (
    SELECT v.connection, v.stream, v.scope, u.seconds, greatest(p.from_at, v.from_at) AS from_at, least(p.to_at, v.to_at) AS to_at
    FROM pauses p JOIN usual u ON u.connection = p.connection AND epoch(p.to_at) - epoch(p.from_at) > u.seconds
    JOIN vouched v ON v.connection = p.connection AND v.from_at < p.to_at AND v.to_at > p.from_at
)
SELECT DISTINCT s.connection, s.from_at, s.to_at, (epoch(s.to_at) - epoch(s.from_at)) / s.seconds AS times_the_usual
FROM silent s
WHERE NOT EXISTS (
    FROM lake.core.coverage p WHERE p.connection = s.connection AND p.stream = s.stream AND p.scope IN (s.scope, 'all')
        AND p.basis <> 'owner' AND p.from_at <= s.from_at AND p.to_at >= s.to_at)

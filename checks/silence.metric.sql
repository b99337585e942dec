-- Failing means: a stretch of time that is called complete on the owner's word alone holds nothing, though this account has hardly
-- ever been quiet for so long. What an API or a running balance proves is not looked at: being quiet is no fault. The owner can
-- upload the export of those dates. (No exchange read here numbers the rows of one account without holes; where one does, its
-- numbers would show more than the calendar.)
WITH vouched AS (
    SELECT connection, from_at, to_at FROM lake.core.coverage WHERE basis = 'owner'
), moments AS (
    SELECT connection, occurred_at AS from_at,
        lead(occurred_at) OVER (PARTITION BY connection ORDER BY occurred_at) AS to_at
    FROM lake.core.transactions SEMI JOIN vouched USING (connection)
), quiet AS (
    SELECT connection, from_at, to_at, epoch(to_at) - epoch(from_at) AS seconds FROM moments WHERE to_at IS NOT NULL
), usual AS (
    SELECT connection, quantile_cont(seconds, 0.95) AS seconds FROM quiet GROUP BY connection HAVING count(*) >= 50
), longest AS (
    SELECT q.connection, max(q.seconds) AS seconds FROM quiet q JOIN vouched v
        ON v.connection = q.connection AND v.from_at < q.to_at AND v.to_at > q.from_at GROUP BY q.connection
)
SELECT c.connection, coalesce(l.seconds / greatest(u.seconds, 86400), 0) AS times_the_usual
FROM lake.ops.connections c LEFT JOIN longest l USING (connection) LEFT JOIN usual u USING (connection) ORDER BY c.connection

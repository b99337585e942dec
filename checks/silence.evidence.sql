-- The longest stretch in which nothing is known to have happened, of those that rest on the owner's word.
WITH vouched AS (
    SELECT connection, from_at, to_at FROM lake.core.coverage WHERE basis = 'owner'
), moments AS (
    SELECT connection, occurred_at AS from_at, lead(occurred_at) OVER (PARTITION BY connection ORDER BY occurred_at) AS to_at
    FROM lake.core.transactions SEMI JOIN vouched USING (connection)
)
SELECT m.connection, m.connection AS source, m.from_at,
    strftime(m.from_at, '%Y-%m-%d') || ' to ' || strftime(m.to_at, '%Y-%m-%d') AS what, json_object('to_at', m.to_at) AS detail
FROM moments m JOIN vouched v ON v.connection = m.connection AND v.from_at < m.to_at AND v.to_at > m.from_at
QUALIFY row_number() OVER (PARTITION BY m.connection ORDER BY epoch(m.to_at) - epoch(m.from_at) DESC) = 1

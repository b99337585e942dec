-- The transactions of one kind and asset whose fee an export leaves out. What its owner says of them is said until the last one.
SELECT connection, format('{}: {} until {}', export, kind, strftime(max(max(occurred_at)) OVER (PARTITION BY connection, export, kind), '%Y-%m-%d')) AS source,
    min(occurred_at) AS from_at, kind || ' of ' || asset AS what,
    json_object('export', export, 'times', count(*), 'last_at', max(occurred_at)) AS detail
FROM untold_fees GROUP BY connection, export, kind, asset

-- One transaction that stands twice, one whose legs do not add up, one connection that has the same history, or one file that
-- repeats itself.
WITH told AS (
    SELECT connection, source, occurred_at, count(*) AS times, max(line) - min(line) >= count(*) AS apart
    FROM lake.core.rows WHERE origin = 'file' AND row_id IS NULL
    GROUP BY connection, source, occurred_at, hash(grain, wallet, out_asset, out_amount, in_asset, in_amount, fee_asset, fee_amount)
)
SELECT connection, 'transactions' AS source, min(occurred_at) AS from_at, 'transaction ' || tx_id AS what, json_object('times', count(*)) AS detail
FROM lake.core.transactions GROUP BY connection, tx_id HAVING count(*) > 1
UNION ALL
SELECT t.connection, 'transactions', t.occurred_at, 'legs of ' || t.tx_id, json_object('should_have', t.legs, 'has', coalesce(l.legs, 0))
FROM lake.core.transactions t
LEFT JOIN (SELECT connection, tx_id, count(*) AS legs FROM lake.core.legs GROUP BY ALL) l USING (connection, tx_id)
WHERE t.legs <> coalesce(l.legs, 0)
UNION ALL
SELECT a.connection, 'same account as ' || b.connection, min(a.occurred_at), 'the same transactions as ' || b.connection,
    json_object('transactions', count(*))
FROM lake.core.transactions a JOIN lake.ops.connections x ON x.connection = a.connection
JOIN lake.ops.connections y ON y.exchange = x.exchange AND y.connection <> x.connection
JOIN lake.core.transactions b ON b.connection = y.connection AND b.native_id = a.native_id AND b.occurred_at = a.occurred_at
    AND b.out_amount IS NOT DISTINCT FROM a.out_amount AND b.in_amount IS NOT DISTINCT FROM a.in_amount
GROUP BY a.connection, b.connection HAVING count(*) > 4
UNION ALL
SELECT t.connection, t.source, min(t.occurred_at), coalesce(u.file_name, t.source) || ' repeats itself',
    json_object('lines_told_again', sum(t.times - 1), 'from', min(t.occurred_at), 'to', max(t.occurred_at))
FROM told t LEFT JOIN lake.ops.uploads u ON u.connection = t.connection AND u.upload = t.source
WHERE t.times > 1 GROUP BY t.connection, t.source, u.file_name
HAVING count(*) > 2 OR bool_and(t.apart) AND count(DISTINCT t.occurred_at) > 1

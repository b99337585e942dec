-- One row that begins where no other row of its asset ended, with the balance it begins from and the one that was told before it; or
-- one file whose own counting does not go on.
WITH begun AS (
    SELECT *, row_number() OVER (PARTITION BY connection, asset, before_it ORDER BY at_time, key) AS nth,
        lag(after_it) OVER (PARTITION BY connection, asset ORDER BY at_time, key) AS told_before,
        lag(at_time) OVER (PARTITION BY connection, asset ORDER BY at_time, key) AS told_at
    FROM told_balances
), ended AS (
    SELECT connection, asset, after_it AS before_it, count(*) AS times FROM told_balances GROUP BY ALL
)
SELECT b.connection, b.asset AS source, b.told_at AS from_at, 'before ' || b.key AS what,
    json_object('told', b.told_before::VARCHAR, 'begins_from', b.before_it::VARCHAR, 'to_at', b.at_time) AS detail
FROM begun b LEFT JOIN ended e USING (connection, asset, before_it)
WHERE b.nth > coalesce(e.times, 0) AND b.told_at IS NOT NULL
UNION ALL
SELECT connection, upload, from_at, coalesce(file_name, upload) || ', ' || words, json_object('breaks', breaks, 'to_at', to_at)
FROM broken_files

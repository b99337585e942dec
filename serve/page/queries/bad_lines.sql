-- one line of a file that was not understood; waived: what its owner said of it
SELECT f.connection, f.line, f.column_name, f.value, f.why, w.says AS waived
FROM lake.main.line_fates f LEFT JOIN (
    SELECT target, any_value(says) AS says FROM lake.main.corrections WHERE in_force GROUP BY target
) w ON w.target = format('line {} {}', f.source, f.line)
WHERE f.source = $upload AND f.fate = 'quarantined' ORDER BY f.line LIMIT 200

-- how many lines of a file ended by which rule
SELECT fate, rule, count(DISTINCT line) AS lines FROM lake.main.line_fates WHERE source = $upload GROUP BY ALL ORDER BY ALL

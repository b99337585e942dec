-- one line of a file that was not understood
SELECT line, column_name, value, why FROM lake.main.line_fates WHERE source = $upload AND fate = 'quarantined' ORDER BY line LIMIT 200

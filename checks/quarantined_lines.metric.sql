-- Failing means: lines of an owner's file, or rows of an exchange's answer, could not be read and are in no number. The evidence
-- names line, column, value and why. The owner can mend the file and upload it again, or say that the line moves nothing.
SELECT c.connection, count(f.source) AS quarantined_lines
FROM lake.ops.connections c LEFT JOIN (
    SELECT f.connection, f.source FROM lake.ops.line_fates f
    ANTI JOIN (SELECT connection, target FROM lake.main.corrections WHERE in_force) w
        ON w.connection = f.connection AND w.target = concat_ws(' ', 'line', f.source, f.line)
    WHERE f.fate = 'quarantined'
) f USING (connection)
GROUP BY c.connection ORDER BY c.connection

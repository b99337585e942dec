-- Failing means: lines of an owner's file, or rows of an exchange's answer, could not be read and are in no number. The evidence
-- names line, column, value and why. The owner can mend the file and upload it again, or say that the line moves nothing.
SELECT c.connection, count(f.source) AS quarantined_lines
FROM lake.ops.connections c LEFT JOIN lake.ops.line_fates f ON f.connection = c.connection AND f.fate = 'quarantined'
GROUP BY c.connection ORDER BY c.connection

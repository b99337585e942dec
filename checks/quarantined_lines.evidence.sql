-- One line that could not be read.
SELECT f.connection, f.source, coalesce(u.from_at, p.fetched_at) AS from_at, 'line ' || f.line AS what,
    json_object('file', u.file_name, 'stream', p.stream, 'column', f.column_name, 'value', f.value, 'why', f.why) AS detail
FROM lake.ops.line_fates f
LEFT JOIN lake.ops.uploads u ON u.connection = f.connection AND u.upload = f.source
LEFT JOIN lake.raw.pages p ON p.connection = f.connection AND p.page = f.source
ANTI JOIN (SELECT connection, target FROM lake.main.corrections WHERE in_force) w
    ON w.connection = f.connection AND w.target = concat_ws(' ', 'line', f.source, f.line)
WHERE f.fate = 'quarantined'

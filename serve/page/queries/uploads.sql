-- one file of an owner, the newest first
SELECT u.upload, u.connection, c.exchange, u.file_name, u.layout, u.uploaded_at, u.lines, u.used, u.skipped, u.quarantined, u.from_at,
    u.to_at, u.basis, u.state, u.undone_at
FROM lake.main.uploads u LEFT JOIN lake.ops.connections c USING (connection)
WHERE ($name IS NULL OR u.connection = $name) AND ($upload IS NULL OR u.upload = $upload)
ORDER BY u.uploaded_at DESC LIMIT 500

-- one file of an owner, the newest first; first_day, last_day: of its rows, in the owner's zone. alone: its account has no keys
SELECT u.upload, u.connection, c.exchange, u.file_name, u.layout, u.uploaded_at, u.lines, u.used, u.skipped, u.quarantined, u.from_at,
    u.to_at, u.basis, u.state, u.undone_at, coalesce(TRY_CAST(c.settings->>'by_files' AS BOOLEAN), false) AS alone,
    strftime(timezone(coalesce(o.time_zone, 'UTC'), u.from_at), '%Y-%m-%d') AS first_day,
    strftime(timezone(coalesce(o.time_zone, 'UTC'), u.to_at), '%Y-%m-%d') AS last_day
FROM lake.main.uploads u LEFT JOIN lake.ops.connections c USING (connection) LEFT JOIN lake.ops.owners o USING (owner)
WHERE ($name IS NULL OR u.connection = $name) AND ($upload IS NULL OR u.upload = $upload)
ORDER BY u.uploaded_at DESC LIMIT 500

-- Failing means: the last good sync is longer ago than its owner allows (stale_after_hours of the connection, else the setting). Whatever has happened
-- since is missing, and nobody may have been told: the scheduler may have died with its hooks. A quiet account is not stale: its
-- syncs go well and bring nothing. The owner can sync by hand, give new keys, or upload the exchange's export.
SELECT connection,
    CASE WHEN watched THEN date_diff('second', coalesce(last_success_at, created_at), $now::TIMESTAMPTZ) / 3600 ELSE 0 END
        AS hours_since_success,
    coalesce(TRY_CAST(settings->>'stale_after_hours' AS DOUBLE), $stale_hours) AS limit_hours
FROM (
    -- a frozen account has ended, and one known by its files alone has no rights and is never synced
    SELECT *, frozen_at IS NULL AND NOT coalesce(TRY_CAST(settings->>'by_files' AS BOOLEAN), false) AND (coalesce(rights, '[]') <> '[]' OR EXISTS (
        FROM lake.ops.runs r WHERE r.connection = c.connection AND r.kind IN ('sync', 're-read'))) AS watched
    FROM lake.ops.connections c
)
ORDER BY connection

-- one thing that was done, by whom or what, the newest first
SELECT at_time, actor, action, connection, detail FROM lake.main.activity
WHERE ($name IS NULL OR connection = $name) AND ($actor IS NULL OR actor = $actor)
ORDER BY at_time DESC LIMIT $most OFFSET $after

-- one message to one channel about an incident, oldest first
SELECT d.incident, d.channel, d.what, d.made_at, d.title, d.state, d.attempts, d.sent_at, d.error
FROM lake.main.deliveries d JOIN lake.ops.incidents i USING (incident)
WHERE $name IS NULL OR i.connection = $name
ORDER BY d.made_at

-- one step in an incident's life, oldest first
SELECT incident, at_time, step, detail FROM lake.main.incident_steps
WHERE $name IS NULL OR connection = $name
ORDER BY at_time

-- one word of an owner that is in force, the newest first
SELECT connection, correction, made_at, made_by, target, says FROM lake.main.corrections
WHERE in_force AND NOT starts_with(target, 'correction ') ORDER BY made_at DESC LIMIT 200

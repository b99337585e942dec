-- one trouble as a person reads it. all: also those that are over
SELECT connection, replace(kind, '_', ' ') AS what, CASE WHEN state = 'bridged' THEN 'bridged until ' || bridged_until::DATE
    WHEN closed_by IS NOT NULL THEN 'closed by ' || closed_by ELSE state END AS state, opened_at, since_at AS missing_since,
    replace(array_to_string(from_json(causes, '["VARCHAR"]'), ' or '), '_', ' ') AS why, said AS in_its_words
FROM incidents WHERE state <> 'closed' OR $all ORDER BY opened_at DESC, incident

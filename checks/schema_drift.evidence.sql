-- One field that is new, or gone, in the answers of one layout.
SELECT connection, layout AS source, since_at AS from_at, layout || CASE WHEN before = 0 THEN ': new ' ELSE ': gone ' END || key AS what,
    json_object('place', place, 'rows_before', before, 'rows_since', since) AS detail
FROM drifted_fields

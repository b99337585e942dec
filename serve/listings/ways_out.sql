-- for each trouble that is open: by what an owner is told what to do about it; those that ask for the same are one.
-- connections: NULL where it is gapless' own
SELECT kind, list(connection ORDER BY connection) FILTER (connection <> '*') AS connections, from_json(causes, '["VARCHAR"]') AS causes
FROM (SELECT kind, connection, CASE kind WHEN 'data_inconsistent' THEN '[]' ELSE causes END AS causes FROM incidents WHERE state <> 'closed')
GROUP BY kind, causes ORDER BY kind = 'import_stopped' DESC, kind, causes

-- for each kind of trouble that is open: what an owner can do about it
SELECT CASE kind WHEN 'import_stopped' THEN 'An import that stopped: gapless keys NAME with a new key, or gapless import FILE --connection NAME'
    ELSE 'Data that do not agree: gapless check says what, and what to do' END AS words
FROM incidents WHERE state <> 'closed' AND kind IN ('import_stopped', 'data_inconsistent') GROUP BY kind ORDER BY kind DESC

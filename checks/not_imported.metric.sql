-- Failing means: coins went to a part of the exchange that gapless does not import, or came from there: what is held there, and what
-- was done with it, is in no number. The owner can import that part's own export as a connection of files, or say that it is known.
SELECT c.connection, count(DISTINCT n.part) AS parts_used
FROM lake.ops.connections c
LEFT JOIN lake.core.transactions t ON t.connection = c.connection AND t.kind = 'transfer'
LEFT JOIN lake.core.elsewhere n ON n.exchange = c.exchange AND n.word = t.source_type
GROUP BY c.connection ORDER BY c.connection

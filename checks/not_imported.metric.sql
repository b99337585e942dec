-- Failing means: coins went to a part of the exchange that gapless does not import, or came from there: what is held there, and what
-- was done with it, is in no number. The owner can import that part's own export as a connection of files, or say that it is known.
SELECT c.connection, count(DISTINCT g.part) AS parts_used
FROM lake.ops.connections c LEFT JOIN lake.core.gone_elsewhere g USING (connection)
GROUP BY c.connection ORDER BY c.connection

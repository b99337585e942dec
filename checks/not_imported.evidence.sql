-- One part of an exchange that is not imported, and since when coins went there or came from there.
SELECT t.connection, n.part AS source, min(t.occurred_at) AS from_at, n.part AS what,
    json_object('movements', count(*), 'last_at', max(t.occurred_at)) AS detail
FROM lake.core.transactions t JOIN lake.ops.connections c USING (connection)
JOIN lake.core.elsewhere n ON n.exchange = c.exchange AND n.word = t.source_type
WHERE t.kind = 'transfer' GROUP BY t.connection, n.part

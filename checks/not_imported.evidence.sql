-- One part of an exchange that is not imported, and since when coins went there or came from there.
SELECT connection, part AS source, min(occurred_at) AS from_at, part AS what, json_object('movements', count(*), 'last_at', max(occurred_at)) AS detail
FROM lake.core.gone_elsewhere GROUP BY connection, part

-- One word of the exchange for a kind of transactions that is not known.
SELECT t.connection, coalesce(t.source_type, 'without a word') AS source, min(t.occurred_at) AS from_at,
    coalesce(t.source_type, 'without a word') AS what, json_object('transactions', count(*), 'last_at', max(t.occurred_at)) AS detail
FROM lake.core.transactions t JOIN lake.ops.connections c USING (connection)
WHERE t.kind = 'other' AND NOT (c.exchange = 'kraken' AND t.source_type = 'transfer') GROUP BY t.connection, t.source_type

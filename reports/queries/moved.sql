-- One deposit or withdrawal of that year; other_connection: its other end, where it was one between own accounts.
SELECT t.occurred_at, t.connection, t.kind, t.asset, t.amount, t.fee_asset, t.fee_amount, t.tx_hash, t.other_connection, t.tx_id
FROM lake.main.transfers t JOIN lake.main.connections k USING (connection)
WHERE k.owner = $owner AND t.occurred_at >= $from_at AND t.occurred_at < $to_at ORDER BY t.occurred_at, t.tx_id

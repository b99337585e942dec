-- Ids that name their transactions for the first time.
INSERT INTO lake.core.transaction_ids BY NAME
SELECT $connection AS connection, d.* FROM derived_ids d ANTI JOIN stood_ids USING (namespace, id, tx_id);

-- One id of a transaction on these days that is gone, or is named for the first time.
CREATE OR REPLACE TEMP TABLE stood_ids AS
SELECT rowid AS lake_row, namespace, id, tx_id FROM lake.core.transaction_ids
WHERE connection = $connection AND tx_id IN (SELECT tx_id FROM stood UNION SELECT tx_id FROM derived);

DELETE FROM lake.core.transaction_ids WHERE rowid IN (SELECT lake_row FROM stood_ids ANTI JOIN derived_ids USING (namespace, id, tx_id));
INSERT INTO lake.core.transaction_ids BY NAME
SELECT $connection AS connection, d.* FROM derived_ids d ANTI JOIN stood_ids USING (namespace, id, tx_id);

-- Rows of the lake that leave, or are written anew because their transaction is another.
CREATE OR REPLACE TEMP TABLE moved_rows AS
SELECT r.* REPLACE (m.tx_id AS tx_id) FROM lake.core.rows r JOIN moving m ON m.lake_row = r.rowid WHERE r.connection = $connection;

DELETE FROM lake.core.rows WHERE connection = $connection AND rowid IN (SELECT lake_row FROM moving UNION ALL SELECT lake_row FROM leaving);
INSERT INTO lake.core.rows BY NAME FROM moved_rows;

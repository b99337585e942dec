-- One source row with the transaction it stands in. Rows that only change their transaction are written anew.
CREATE OR REPLACE TEMP TABLE moving AS
SELECT s.lake_row, f.tx_id FROM said s LEFT JOIN fates f USING (u)
WHERE s.lake_row IS NOT NULL AND f.tx_id IS DISTINCT FROM s.tx_id;

CREATE OR REPLACE TEMP TABLE moved_rows AS
SELECT r.* REPLACE (m.tx_id AS tx_id) FROM lake.core.rows r JOIN moving m ON m.lake_row = r.rowid WHERE r.connection = $connection;

DELETE FROM lake.core.rows WHERE rowid IN (SELECT lake_row FROM moving UNION ALL SELECT lake_row FROM leaving);
INSERT INTO lake.core.rows BY NAME FROM moved_rows;

INSERT INTO lake.core.rows BY NAME
WITH taken AS (
    SELECT a.mapped_row, CASE WHEN s.u IS NULL THEN a.tx_id ELSE f.tx_id END AS tx_id
    FROM arriving a
    LEFT JOIN (SELECT u, mapped_row FROM said WHERE mapped_row IS NOT NULL) s USING (mapped_row)
    LEFT JOIN fates f USING (u)
    WHERE a.fate IN ('new', 'known')
)
SELECT COLUMNS(lambda name: name NOT IN ('mapped_row', 'connection')), $connection AS connection
FROM incoming JOIN taken USING (mapped_row);

-- One source row that arrives, with the transaction it stands in.
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

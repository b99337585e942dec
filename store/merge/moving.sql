-- One row of the lake that stands in another transaction now.
CREATE OR REPLACE TEMP TABLE moving AS
SELECT s.lake_row, f.tx_id FROM said s LEFT JOIN fates f USING (u)
WHERE s.lake_row IS NOT NULL AND f.tx_id IS DISTINCT FROM s.tx_id;

SELECT count(*) + (SELECT count(*) FROM leaving) FROM moving;

-- One row of the lake that goes: its source is taken back, or the API has answered its id anew.
CREATE OR REPLACE TEMP TABLE leaving AS
SELECT r.rowid AS lake_row, r.occurred_at
FROM lake.core.rows r
WHERE r.connection = $connection AND r.source = $source;

INSERT INTO leaving
SELECT a.lake_row, r.occurred_at
FROM arriving a
JOIN incoming i USING (mapped_row)
JOIN lake.core.rows r ON r.rowid = a.lake_row AND r.connection = $connection
WHERE a.fate = 'new' AND i.origin = 'api';

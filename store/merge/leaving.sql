-- One row of the lake that goes, because its source is taken back.
CREATE OR REPLACE TEMP TABLE leaving AS
SELECT r.rowid AS lake_row, r.occurred_at
FROM lake.core.rows r
WHERE r.connection = $connection AND r.source = $source;

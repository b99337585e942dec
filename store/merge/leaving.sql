-- One row of the lake that goes, because its source is taken back.
INSERT INTO leaving
SELECT r.rowid, r.occurred_at
FROM lake.core.rows r
WHERE r.connection = $connection AND r.source = $source;

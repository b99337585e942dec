-- One mapped row that is stored already: its source was absorbed before.
CREATE OR REPLACE TEMP TABLE stored AS
SELECT m.rowid AS mapped_row
FROM mapped m JOIN lake.core.rows r ON r.connection = $connection AND r.source = m.source AND r.line = m.line AND r.part = m.part;

-- a row without an id is new, until something else is found to tell it
INSERT INTO arriving
SELECT mapped_row, NULL, NULL, 'new' FROM incoming ANTI JOIN stored USING (mapped_row) WHERE row_id IS NULL;

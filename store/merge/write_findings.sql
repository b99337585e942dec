-- One finding that is gone, or is found for the first time. An API answer that changed afterwards is history, not derived:
-- it is added and stays.
CREATE OR REPLACE TEMP TABLE stood_findings AS
SELECT rowid AS lake_row, finding FROM lake.ops.findings
WHERE connection = $connection AND list_contains($kinds, kind) AND day_of(from_at) IN (SELECT day FROM days);

DELETE FROM lake.ops.findings WHERE rowid IN (SELECT lake_row FROM stood_findings ANTI JOIN derived_findings USING (finding));
INSERT INTO lake.ops.findings BY NAME
SELECT d.*, $connection AS connection, $now AS found_at FROM derived_findings d ANTI JOIN stood_findings USING (finding);

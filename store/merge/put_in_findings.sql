-- Findings that are found for the first time.
INSERT INTO lake.ops.findings BY NAME
SELECT d.*, $connection AS connection, $now AS found_at FROM derived_findings d ANTI JOIN stood_findings USING (finding);

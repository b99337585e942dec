-- The same where the rows were named where they lie; their order is kept.
INSERT INTO lake.core.legs BY NAME SELECT $connection AS connection, * FROM derived_legs;
INSERT INTO lake.ops.findings BY NAME
SELECT *, $connection AS connection, $now AS found_at FROM derived_findings;
INSERT INTO lake.core.rows BY NAME
SELECT COLUMNS(lambda name: name NOT IN ('mapped_row', 'nth_of_event', 'connection')), $connection AS connection FROM incoming;
INSERT INTO lake.core.transactions BY NAME
SELECT $connection AS connection, *, $now AS first_seen, $run_id AS run_id FROM deriving;

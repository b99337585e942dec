-- What stands alone: all of it, with its source rows and the transactions they stand in.
INSERT INTO lake.core.legs BY NAME SELECT $connection AS connection, * FROM derived_legs;
INSERT INTO lake.ops.findings BY NAME
SELECT *, $connection AS connection, $now AS found_at FROM derived_findings;
INSERT INTO lake.core.rows BY NAME
SELECT COLUMNS(lambda name: name NOT IN ('mapped_row', 'u', 'connection')), $connection AS connection
FROM incoming LEFT JOIN fates ON fates.u = incoming.mapped_row;
INSERT INTO lake.core.transactions BY NAME
SELECT $connection AS connection, *, $now AS first_seen, $run_id AS run_id FROM deriving ORDER BY occurred_at;

-- One row of the lake that goes, because the API has answered its id anew.
INSERT INTO leaving
SELECT a.lake_row, r.occurred_at
FROM arriving a JOIN lake.core.rows r ON r.rowid = a.lake_row AND r.connection = $connection
WHERE a.fate = 'new';

-- one final row that the API now tells otherwise than before. This is history, not derived: the older answer is gone.
INSERT INTO lake.ops.findings BY NAME
WITH changed AS (
    SELECT i.source, least(r.occurred_at, i.occurred_at) AS from_at, greatest(r.occurred_at, i.occurred_at) AS to_at, json_object(
        'namespace', i.namespace, 'row_id', i.row_id, 'line', i.line, 'was_said', r.said_at::VARCHAR,
        'was', [r.occurred_at::VARCHAR, r.out_amount::VARCHAR, r.in_amount::VARCHAR, r.fee_amount::VARCHAR],
        'is', [i.occurred_at::VARCHAR, i.out_amount::VARCHAR, i.in_amount::VARCHAR, i.fee_amount::VARCHAR])::VARCHAR AS evidence
    FROM arriving a JOIN incoming i USING (mapped_row)
    JOIN lake.core.rows r ON r.rowid = a.lake_row AND r.connection = $connection
    WHERE a.fate = 'new' AND r.status IS NOT DISTINCT FROM 'final'
)
SELECT md5(concat_ws('|', $connection, 'row_changed', source, evidence)) AS finding, $connection AS connection,
    'row_changed' AS kind, *, $now AS found_at
FROM changed;

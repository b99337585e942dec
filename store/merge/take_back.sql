-- What moved nothing after all goes: a withdrawal that was cancelled, a deposit that was refused. The newest answer counts, of those
-- that arrive together and of the lake.
INSERT INTO overtaken
SELECT DISTINCT mapped_row FROM incoming i JOIN withdrawn w USING (namespace, row_id)
WHERE i.origin = 'api' AND i.said_at < w.said_at AND mapped_row NOT IN (SELECT mapped_row FROM overtaken);

INSERT INTO taken_back
SELECT r.rowid AS lake_row, r.occurred_at, r.status, r.said_at, r.namespace, r.row_id, r.out_amount, r.in_amount, r.fee_amount,
    max(w.source) AS source
FROM lake.core.rows r JOIN withdrawn w ON w.namespace = r.namespace AND w.row_id = r.row_id AND w.said_at >= r.said_at
WHERE r.connection = $connection AND r.origin = 'api'
    AND NOT EXISTS (
        FROM incoming i ANTI JOIN overtaken USING (mapped_row)
        WHERE i.origin = 'api' AND i.namespace = r.namespace AND i.row_id = r.row_id)
GROUP BY ALL;

INSERT INTO leaving SELECT lake_row, occurred_at FROM taken_back;

-- one final row that moved nothing after all. This is history, not derived: the older answer is gone.
INSERT INTO lake.ops.findings BY NAME
WITH changed AS (
    SELECT source, occurred_at AS from_at, occurred_at AS to_at, json_object(
        'namespace', namespace, 'row_id', row_id, 'was_said', said_at::VARCHAR,
        'was', [occurred_at::VARCHAR, out_amount::VARCHAR, in_amount::VARCHAR, fee_amount::VARCHAR],
        'is', ['it moved nothing'])::VARCHAR AS evidence
    FROM taken_back WHERE status IS NOT DISTINCT FROM 'final'
)
SELECT md5(concat_ws('|', $connection, 'row_changed', source, evidence)) AS finding, $connection AS connection,
    'row_changed' AS kind, *, $now AS found_at
FROM changed;

-- One row of a file beside what the API said of that id: known where the API's row tells all of it, as finely or finer.
INSERT INTO arriving
WITH lines AS (
    SELECT mapped_row, grain, namespace, row_id, status, movement_at(i, $step, $decimals) AS movement, fee_at(i, $decimals) AS fee,
        details(i) AS details
    FROM incoming i
    WHERE origin = 'file' AND row_id IS NOT NULL AND step = $step AND decimals = $decimals
),
stood AS (
    SELECT tx_id, grain, namespace, row_id, movement_at(r, $step, $decimals) AS movement, fee_at(r, $decimals) AS fee,
        details(r) AS details
    FROM lake.core.rows r
    WHERE connection = $connection AND origin = 'api' AND tx_id IS NOT NULL AND step <= $step AND decimals >= $decimals
)
SELECT i.mapped_row, s.tx_id, NULL, CASE
    WHEN i.movement = s.movement AND coalesce(i.fee = s.fee, i.fee IS NULL) AND i.details & ~s.details = 0
        AND i.status IS NOT DISTINCT FROM 'final'
    THEN 'known' ELSE 'new' END
FROM lines i ANTI JOIN stored USING (mapped_row)
LEFT JOIN stood s USING (grain, namespace, row_id);

-- nor does it say anything new where another file has said just the same
UPDATE arriving SET fate = 'known', tx_id = s.tx_id
FROM (
    SELECT *, words(incoming) AS words FROM incoming SEMI JOIN (SELECT mapped_row FROM arriving WHERE fate = 'new') USING (mapped_row)
    WHERE origin = 'file' AND step = $step AND decimals = $decimals
) i
JOIN (
    SELECT grain, namespace, row_id, tx_id, words(r) AS words FROM lake.core.rows r
    WHERE connection = $connection AND origin = 'file' AND row_id IS NOT NULL AND tx_id IS NOT NULL
        AND step = $step AND decimals = $decimals
) s USING (grain, namespace, row_id, words)
WHERE arriving.mapped_row = i.mapped_row AND arriving.fate = 'new';

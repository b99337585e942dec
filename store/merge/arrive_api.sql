-- One API answer beside what the API said of that id before. Answers arrive in the order they were given (one process at a time
-- has a connection's lease), so one that repeats what stands need not renew its time: a million rows would be written again to
-- say nothing.
INSERT INTO arriving
WITH answers AS (
    SELECT mapped_row, grain, namespace, row_id, said_at, words(incoming) AS words
    FROM incoming WHERE origin = 'api' AND row_id IS NOT NULL
),
stood AS (
    SELECT rowid AS lake_row, tx_id, grain, namespace, row_id, said_at, words(r) AS words
    FROM lake.core.rows r WHERE connection = $connection AND origin = 'api'
)
SELECT a.mapped_row, s.tx_id, s.lake_row, CASE
    WHEN s.lake_row IS NULL THEN 'new'
    WHEN a.words = s.words THEN 'repeated'
    WHEN a.said_at < s.said_at OR a.said_at = s.said_at AND a.words < s.words THEN 'outdated'
    ELSE 'new' END
FROM answers a ANTI JOIN stored USING (mapped_row) ANTI JOIN overtaken USING (mapped_row)
LEFT JOIN stood s USING (grain, namespace, row_id);

SELECT count(*) FROM arriving WHERE lake_row IS NOT NULL AND fate = 'new';

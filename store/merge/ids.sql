-- One row that tells an id again, and the row that stands for that id: the best witness, by what it says and never by arrival.
INSERT INTO folded
WITH told AS (SELECT * FROM stands WHERE row_id IS NOT NULL),
doubled AS (SELECT grain, namespace, row_id FROM told GROUP BY ALL HAVING count(*) > 1)
SELECT u, stands_u
FROM (
    SELECT u, first_value(u) OVER (
        PARTITION BY grain, namespace, row_id
        ORDER BY origin, step, decimals DESC, fee_amount IS NULL, words(told), source, line, part) AS stands_u
    FROM told SEMI JOIN doubled USING (grain, namespace, row_id)
)
WHERE u <> stands_u;

INSERT INTO noticed
SELECT 'sources_disagree', f.source, s.occurred_at, json_object('namespace', s.namespace, 'row_id', s.row_id, 'line', f.line,
    'out', [s.out_amount::VARCHAR, f.out_amount::VARCHAR], 'in', [s.in_amount::VARCHAR, f.in_amount::VARCHAR])
FROM folded JOIN said f USING (u) JOIN said s ON s.u = folded.stands_u
WHERE f.out_asset IS DISTINCT FROM s.out_asset OR f.in_asset IS DISTINCT FROM s.in_asset
    OR rounded(f.out_amount, least(f.decimals, s.decimals)) IS DISTINCT FROM rounded(s.out_amount, least(f.decimals, s.decimals))
    OR rounded(f.in_amount, least(f.decimals, s.decimals)) IS DISTINCT FROM rounded(s.in_amount, least(f.decimals, s.decimals));

INSERT INTO dropped SELECT u FROM folded;
SELECT count(*) FROM folded;

-- One row that tells an id again, and the row that stands for that id: the best witness, by what it says and never by arrival.
INSERT INTO folded
WITH told AS (FROM stands SEMI JOIN doubled USING (grain, namespace, row_id))
SELECT u, stands_u
FROM (
    SELECT u, first_value(u) OVER (
        PARTITION BY grain, namespace, row_id
        ORDER BY origin, step, decimals DESC, fee_amount IS NULL, words(told), source, line, part) AS stands_u
    FROM told
)
WHERE u <> stands_u;

-- two rows of one id may tell different sides of it, and an amount with its fee in it or apart: they disagree where they share
-- no side, or a side that both tell is not the same
INSERT INTO noticed
SELECT 'sources_disagree', f.source, s.occurred_at, json_object('namespace', s.namespace, 'row_id', s.row_id, 'line', f.line,
    'out', [s.out_amount::VARCHAR, f.out_amount::VARCHAR], 'in', [s.in_amount::VARCHAR, f.in_amount::VARCHAR])
FROM folded JOIN said f USING (u) JOIN said s ON s.u = folded.stands_u
WHERE coalesce(f.out_asset, f.in_asset, s.out_asset, s.in_asset) IS NOT NULL AND (
    NOT (coalesce(f.out_asset = s.out_asset, false) OR coalesce(f.in_asset = s.in_asset, false))
    OR f.out_asset <> s.out_asset OR f.in_asset <> s.in_asset
    OR (rounded(f.out_amount, least(f.decimals, s.decimals)) <> rounded(s.out_amount, least(f.decimals, s.decimals))
        OR rounded(f.in_amount, least(f.decimals, s.decimals)) <> rounded(s.in_amount, least(f.decimals, s.decimals)))
    AND ((f.fee_amount IS NULL) = (s.fee_amount IS NULL)
        OR rounded(total(f), least(f.decimals, s.decimals)) IS DISTINCT FROM rounded(total(s), least(f.decimals, s.decimals))));

INSERT INTO dropped SELECT u FROM folded;
SELECT count(*) FROM folded;

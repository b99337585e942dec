-- One asking row and the nearest standing row that differs by its last digit: the standing row was itself rounded before
-- (rounding twice is not rounding once), or the coarser source cut digits off. Only the best pair of both sides in each round.
CREATE OR REPLACE TEMP TABLE nearly AS
WITH asks AS (
    SELECT a.first_u, a.voice, s.* FROM asking a ANTI JOIN held USING (u)
    JOIN seen_at($at_step, $at_decimals, $at_fee_told) s ON s.u = a.first_u
),
pairs AS (
    SELECT o.u AS stands_u, a.first_u, o.place AS stands_place, a.place,
        abs(o.out_amount - a.out_amount) + abs(o.in_amount - a.in_amount) AS distance
    FROM (SELECT DISTINCT * EXCLUDE (voice) FROM asks) a
    JOIN contest o ON clock(o.occurred_at, $at_step) = a.clock AND o.wallet = a.wallet
        AND o.out_asset = a.out_asset AND o.in_asset = a.in_asset
    SEMI JOIN (SELECT u FROM held WHERE u = stands_u) h ON h.u = o.u
    WHERE o.step = $finer_step AND o.decimals = $finer_decimals AND o.fee_told = $finer_fee_told
        AND (NOT $at_fee_told OR o.fee_asset = a.fee_asset AND nearly_same(o.fee_amount, a.fee_amount, o.decimals, $at_decimals))
        AND nearly_same(o.out_amount, a.out_amount, o.decimals, $at_decimals)
        AND nearly_same(o.in_amount, a.in_amount, o.decimals, $at_decimals)
        AND NOT EXISTS (FROM held h JOIN asks v ON v.voice = h.voice WHERE h.stands_u = o.u AND v.first_u = a.first_u)
)
SELECT stands_u, first_u FROM pairs
QUALIFY row_number() OVER (PARTITION BY stands_u ORDER BY distance, place) = 1
    AND row_number() OVER (PARTITION BY first_u ORDER BY distance, stands_place) = 1;

INSERT INTO noticed
SELECT 'rounded_twice', s.source, s.occurred_at, json_object('out', [s.out_amount::VARCHAR, f.out_amount::VARCHAR],
    'in', [s.in_amount::VARCHAR, f.in_amount::VARCHAR])
FROM nearly n JOIN stands s ON s.u = n.first_u JOIN stands f ON f.u = n.stands_u;

INSERT INTO held SELECT n.stands_u, a.u, a.voice FROM nearly n JOIN asking a USING (first_u);

SELECT count(*) FROM nearly;

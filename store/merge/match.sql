-- One asking row and the finer standing row it tells again, compared at the coarser of the two resolutions.
-- A standing row that holds a row of a voice does not meet a second row of that voice.
INSERT INTO held
WITH asks AS (
    SELECT a.first_u, a.voice, s.* EXCLUDE (u)
    FROM asking a ANTI JOIN held USING (u) JOIN seen_at($at_step, $at_decimals, $at_fee_told) s ON s.u = a.first_u
),
offers AS (
    SELECT s.* FROM seen_at($at_step, $at_decimals, $at_fee_told) s
    SEMI JOIN (SELECT u FROM held WHERE u = stands_u) USING (u)
    SEMI JOIN asks USING (clock, wallet, out_asset, out_amount, in_asset, in_amount, fee_asset, fee_amount)
    WHERE s.step = $finer_step AND s.decimals = $finer_decimals AND s.fee_told = $finer_fee_told
),
spoken_for AS (
    SELECT o.u FROM offers o JOIN held h ON h.stands_u = o.u
    JOIN asks a USING (voice, clock, wallet, out_asset, out_amount, in_asset, in_amount, fee_asset, fee_amount)
),
counted_asks AS (
    SELECT *, row_number() OVER (
        PARTITION BY clock, wallet, out_asset, out_amount, in_asset, in_amount, fee_asset, fee_amount ORDER BY place) AS nth
    FROM (SELECT DISTINCT * EXCLUDE (voice) FROM asks)
),
counted_offers AS (
    SELECT *, row_number() OVER (
        PARTITION BY clock, wallet, out_asset, out_amount, in_asset, in_amount, fee_asset, fee_amount ORDER BY place) AS nth
    FROM offers ANTI JOIN spoken_for USING (u)
)
SELECT o.u, a.u, a.voice
FROM counted_asks c
JOIN counted_offers o USING (clock, wallet, out_asset, out_amount, in_asset, in_amount, fee_asset, fee_amount, nth)
JOIN asking a USING (first_u);

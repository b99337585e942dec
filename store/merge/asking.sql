-- One row of one speaker at one resolution, and the row `first_u` it tells together with rows of other files: the n-th
-- occurrence of the same words in two files is one occurrence, so the greatest count that any one file has is the count.
CREATE OR REPLACE TEMP TABLE asking AS
WITH counted AS (
    SELECT *, row_number() OVER (
        PARTITION BY voice, clock(occurred_at, step), wallet, out_asset, out_amount, in_asset, in_amount, fee_asset, fee_amount
        ORDER BY place) AS nth
    FROM contest WHERE speaker = $speaker AND step = $step AND decimals = $decimals AND fee_told = $fee_told
)
SELECT u, voice, first_value(u) OVER (
    PARTITION BY clock(occurred_at, step), wallet, out_asset, out_amount, in_asset, in_amount, fee_asset, fee_amount, nth
    ORDER BY place) AS first_u
FROM counted;

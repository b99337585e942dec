-- One standing deposit or withdrawal: sources tell it at different times, so it is met within a window, not by the second.
-- A namespace of ids is one speaker; so is a layout, whose files have one clock and meet each other exactly. Rows that do not
-- tell their fee come last, because their amount may mean either.
CREATE OR REPLACE TEMP TABLE moved AS
WITH passing AS (
    SELECT * REPLACE (chained(tx_hash) AS tx_hash), CASE
        WHEN row_id IS NULL THEN concat_ws(' ', 'layout', layout, step, decimals, CASE WHEN fee_amount IS NULL THEN 'feeless' END)
        ELSE voice(stands) END AS speaker, words(stands) AS words
    FROM stands WHERE match_window IS NOT NULL AND grain IN ('movement', 'statement')
),
counted AS (
    SELECT *, CASE WHEN row_id IS NULL THEN row_number() OVER (
        PARTITION BY speaker, source, occurred_at, wallet, out_asset, out_amount, in_asset, in_amount, fee_asset, fee_amount, tx_hash
        ORDER BY occurred_at, words, line, part) ELSE u END AS nth
    FROM passing
)
SELECT u, speaker, source, row_number() OVER (ORDER BY occurred_at, words, source, line, part) AS place,
    first_value(u) OVER (
        PARTITION BY speaker, occurred_at, wallet, out_asset, out_amount, in_asset, in_amount, fee_asset, fee_amount, tx_hash, nth
        ORDER BY occurred_at, words, source, line, part) AS first_u,
    row_id IS NOT NULL AS has_id, step, decimals, occurred_at, match_window, tx_hash,
    out_asset, out_amount, in_asset, in_amount, fee_asset, fee_amount
FROM counted;

-- here the speakers of what a standing row holds decide whom it may meet
CREATE OR REPLACE TEMP TABLE held (stands_u BIGINT, u BIGINT, voice VARCHAR);

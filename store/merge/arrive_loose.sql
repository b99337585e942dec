-- One row without an id that arrives from a file, with its number among equal rows; the API's rows with ids as this file would
-- have told them, numbered alike. Where a whole day of the file finds itself in the API's rows, nothing new was said.
CREATE OR REPLACE TEMP TABLE loose AS
SELECT mapped_row, day_of(occurred_at) AS day, clock(occurred_at, step) AS clock, wallet, coalesce(out_asset, '') AS out_asset,
    coalesce(out_amount, 0) AS out_amount, coalesce(in_asset, '') AS in_asset, coalesce(in_amount, 0) AS in_amount,
    CASE WHEN fee_amount = 0 THEN '' ELSE fee_asset END AS fee_asset, fee_amount, details(i) AS details,
    grain = 'movement' AND match_window IS NULL AND status IS NOT DISTINCT FROM 'final' AND fee_amount IS NOT NULL
        AND event_id IS NULL AND step = $step AND decimals = $decimals AND source = $loose_source AS plain,
    row_number() OVER (
        PARTITION BY clock(occurred_at, step), wallet, out_asset, out_amount, in_asset, in_amount, fee_asset, fee_amount
        ORDER BY occurred_at, words(i), line, part) AS nth
FROM incoming i SEMI JOIN arriving USING (mapped_row) WHERE row_id IS NULL;

CREATE OR REPLACE TEMP TABLE answered AS
WITH answers AS (
    SELECT tx_id, day_of(occurred_at) AS day, clock(occurred_at, $step) AS clock, wallet, coalesce(out_asset, '') AS out_asset,
        rounded(coalesce(out_amount, 0), $decimals) AS out_amount, coalesce(in_asset, '') AS in_asset,
        rounded(coalesce(in_amount, 0), $decimals) AS in_amount, CASE WHEN fee_amount = 0 THEN '' ELSE fee_asset END AS fee_asset,
        rounded(fee_amount, $decimals) AS fee_amount, namespace, details(r) AS details,
        step <= $step AND decimals >= $decimals AND fee_amount IS NOT NULL AS plain, occurred_at, words(r) AS words, source, line, part
    FROM lake.core.rows r
    WHERE connection = $connection AND origin = 'api' AND row_id IS NOT NULL AND tx_id IS NOT NULL
        AND grain = 'movement' AND match_window IS NULL AND day_of(occurred_at) IN (SELECT day FROM loose)
)
SELECT * EXCLUDE (occurred_at, words, source, line, part), row_number() OVER (
    PARTITION BY clock, wallet, out_asset, out_amount, in_asset, in_amount, fee_asset, fee_amount
    ORDER BY occurred_at, words, source, line, part) AS nth
FROM answers;

-- one day on which more must be weighed than this file and the API's rows of one namespace
CREATE OR REPLACE TEMP TABLE weighty AS
SELECT day FROM loose WHERE NOT plain
UNION
SELECT day FROM answered WHERE NOT plain
UNION
SELECT day FROM answered GROUP BY day, clock, wallet, out_asset, out_amount, in_asset, in_amount HAVING min(namespace) <> max(namespace)
UNION
SELECT day_of(occurred_at) FROM lake.core.rows WHERE connection = $connection AND origin = 'file' AND row_id IS NULL
UNION
SELECT day_of(occurred_at) FROM lake.core.transactions WHERE connection = $connection AND origin <> 'api'
UNION
SELECT day
FROM loose l
LEFT JOIN answered a USING (day, clock, wallet, out_asset, out_amount, in_asset, in_amount, fee_asset, fee_amount, nth)
WHERE a.tx_id IS NULL OR l.details & ~a.details <> 0;

UPDATE arriving SET fate = 'known', tx_id = m.tx_id
FROM (
    SELECT l.mapped_row, a.tx_id
    FROM loose l JOIN answered a USING (day, clock, wallet, out_asset, out_amount, in_asset, in_amount, fee_asset, fee_amount, nth)
    WHERE l.day NOT IN (SELECT day FROM weighty)
) m
WHERE arriving.mapped_row = m.mapped_row;

/*
exchange = "whitebit"
title    = "Deposits"
one_row  = "one deposit; the fee is taken from the amount"
streams  = ["deposits"]
zone     = "UTC"
step     = "1s"
ignored  = ["Updated At"]
[columns]
id       = { type = "id", names = ["Id"] }
currency = { type = "text", names = ["Currency"] }
address  = { type = "text", names = ["Address"] }
hash     = { type = "text", names = ["Hash"] }
amount   = { type = "number", names = ["Amount"] }
fee      = { type = "number", names = ["Fee"] }
status   = { type = "text", names = ["Status"] }
time     = { type = "time", names = ["Created At"], formats = ["%Y-%m-%dUTC%H:%M:%S", "%Y-%m-%d UTC %H:%M:%S"] }
[skip]
moved_nothing = "failed or canceled: no balance changed"
*/
WITH judged AS (SELECT *, fate_of(status) AS fate FROM rows)
SELECT
    line,
    CASE WHEN fate = 'nothing' THEN 'moved_nothing' END AS skip,
    CASE WHEN fate IS NULL THEN 'unknown status ' || status END AS quarantine,
    'movement' AS grain,
    'deposit' AS namespace,
    id AS row_id,
    nullif(hash, '') AS tx_hash,
    time AS occurred_at,
    86400 AS match_window,
    'deposit' AS kind,
    'deposit' AS source_type,
    CASE WHEN fate = 'open' THEN 'open' ELSE 'final' END AS status,
    upper(currency) AS in_asset,
    amount AS in_amount,
    CASE WHEN fee <> 0 THEN upper(currency) END AS fee_asset,
    fee AS fee_amount,
    nullif(address, '') AS note
FROM judged

/*
exchange = "nonkyc"
title    = "Deposit history"
one_row  = "one deposit; the whole amount is credited"
streams  = ["deposits"]
zone     = "UTC"
zone_stated = false
step     = "1s"
ignored  = ["ValueUsd", "Confirmations", "isSecurityConfirm"]
[columns]
type        = { type = "text", names = ["Type"] }
time        = { type = "time", names = ["Time"], formats = ["%m/%d/%Y, %I:%M:%S %p"] }
code        = { type = "text", names = ["Ticker"] }
amount      = { type = "number", names = ["Amount"] }
txid        = { type = "text", names = ["TransactionId"] }
address     = { type = "text", names = ["Address"] }
is_posted   = { type = "text", names = ["isPosted"] }
is_reversed = { type = "text", names = ["isReversed"] }
[skip]
reversed = "taken back: no balance changed in the end"
*/
SELECT
    line,
    CASE WHEN lower(is_reversed) = 'true' THEN 'reversed' END AS skip,
    'movement' AS grain,
    nullif(txid, '') AS tx_hash,
    time AS occurred_at,
    86400 AS match_window,
    'deposit' AS kind,
    type AS source_type,
    CASE WHEN lower(is_posted) = 'true' THEN 'final' ELSE 'open' END AS status,
    upper(code) AS in_asset,
    amount AS in_amount,
    0 AS fee_amount,
    nullif(address, '') AS note
FROM rows

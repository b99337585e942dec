/*
exchange = "nonkyc"
title    = "Withdrawal history"
one_row  = "one withdrawal; its fee is not told"
streams  = ["withdrawals"]
zone     = "UTC"
zone_stated = false
step     = "1s"
ignored  = ["ValueUsd"]
untold_fees = ["withdrawal"]
[columns]
type    = { type = "text", names = ["Type"] }
time    = { type = "time", names = ["Time"], formats = ["%m/%d/%Y, %I:%M:%S %p"] }
code    = { type = "text", names = ["Ticker"] }
amount  = { type = "number", names = ["Amount"] }
address = { type = "text", names = ["Address"] }
txid    = { type = "text", names = ["TransactionId"] }
status  = { type = "text", names = ["Status"] }
[skip]
moved_nothing = "failed or canceled: no balance changed"
*/
WITH judged AS (SELECT *, fate_of(status) AS fate FROM rows)
SELECT
    line,
    CASE WHEN fate = 'nothing' THEN 'moved_nothing' END AS skip,
    CASE WHEN fate IS NULL THEN 'unknown status ' || status END AS quarantine,
    'movement' AS grain,
    nullif(txid, '') AS tx_hash,
    time AS occurred_at,
    86400 AS match_window,
    'withdrawal' AS kind,
    type AS source_type,
    CASE WHEN fate = 'open' THEN 'open' ELSE 'final' END AS status,
    upper(code) AS out_asset,
    amount AS out_amount,
    nullif(address, '') AS note
FROM judged

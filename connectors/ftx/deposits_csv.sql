/*
exchange = "ftx"
title    = "Deposits"
one_row  = "one deposit; the whole amount was credited"
streams  = ["deposits"]
zone     = "UTC"
step     = "1s"
ignored  = ["_delete"]
[columns]
number = { type = "text?", names = ["id"] }
time   = { type = "time", names = ["Time"], formats = ["%m/%d/%Y, %I:%M:%S %p"] }
code   = { type = "text", names = ["Coin"] }
amount = { type = "number", names = ["Amount", "size"] }
status = { type = "text", names = ["Status"] }
info   = { type = "text?", names = ["Additional info", "additionalInfo"] }
txid   = { type = "text", names = ["Transaction ID", "txid"] }
[skip]
moved_nothing = "failed or canceled: no balance changed"
*/
WITH judged AS (SELECT *, fate_of(status) AS fate FROM rows)
SELECT
    line,
    CASE WHEN fate = 'nothing' THEN 'moved_nothing' END AS skip,
    CASE WHEN fate IS NULL THEN 'unknown status ' || status END AS quarantine,
    'movement' AS grain,
    CASE WHEN number IS NOT NULL THEN 'deposit' END AS namespace,
    number AS row_id,
    nullif(txid, '') AS tx_hash,
    time AS occurred_at,
    86400 AS match_window,
    'deposit' AS kind,
    'deposit' AS source_type,
    CASE WHEN fate = 'open' THEN 'open' ELSE 'final' END AS status,
    upper(code) AS in_asset,
    amount AS in_amount,
    0 AS fee_amount,
    info AS note
FROM judged

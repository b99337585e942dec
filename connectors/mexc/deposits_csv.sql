/*
exchange = "mexc"
title    = "Deposit History"
one_row  = "one deposit; the whole amount is credited"
streams  = ["deposits"]
zone     = "UTC"
zone_stated = false
step     = "1s"
blank    = ["--"]
ignored  = ["UID", "Progress"]
[columns]
status   = { type = "text", names = ["Status"] }
time     = { type = "time", names = ["Time"] }
currency = { type = "text", names = ["Crypto"] }
network  = { type = "text", names = ["Network"] }
amount   = { type = "number", names = ["Deposit Amount"] }
txid     = { type = "text", names = ["TxID"] }
[skip]
moved_nothing = "failed: no balance changed"

A hash may carry the number of the output behind a colon.
*/
WITH judged AS (SELECT *, fate_of(status) AS fate FROM rows)
SELECT
    line,
    CASE WHEN fate = 'nothing' THEN 'moved_nothing' END AS skip,
    CASE WHEN fate IS NULL THEN 'unknown status ' || status END AS quarantine,
    'movement' AS grain,
    nullif(split_part(txid, ':', 1), '') AS tx_hash,
    time AS occurred_at,
    86400 AS match_window,
    'deposit' AS kind,
    'deposit' AS source_type,
    CASE WHEN fate = 'open' THEN 'open' ELSE 'final' END AS status,
    upper(currency) AS in_asset,
    amount AS in_amount,
    0 AS fee_amount,
    network AS note
FROM judged

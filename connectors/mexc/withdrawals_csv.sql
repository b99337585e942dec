/*
exchange = "mexc"
title    = "Withdrawal History"
one_row  = "one withdrawal; what was requested is what was sent and the fee together"
streams  = ["withdrawals"]
zone     = "UTC"
zone_stated = false
step     = "1s"
blank    = ["--"]
ignored  = ["UID", "memo", "Withdrawal Descriptions"]
[columns]
status     = { type = "text", names = ["Status"] }
time       = { type = "time", names = ["Time"] }
currency   = { type = "text", names = ["Crypto"] }
network    = { type = "text", names = ["Network"] }
requested  = { type = "number", names = ["Request Amount"] }
address    = { type = "text", names = ["Withdrawal Address"] }
txid       = { type = "text", names = ["TxID"] }
fee        = { type = "number", names = ["Trading Fee"] }
settlement = { type = "number?", names = ["Settlement Amount"] }
[skip]
moved_nothing = "failed, rejected or canceled: no balance changed"
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
    'withdrawal' AS kind,
    'withdrawal' AS source_type,
    CASE WHEN fate = 'open' THEN 'open' ELSE 'final' END AS status,
    upper(currency) AS out_asset,
    coalesce(settlement, requested - fee) AS out_amount,
    upper(currency) AS fee_asset,
    fee AS fee_amount,
    concat_ws(' ', network, address) AS note
FROM judged

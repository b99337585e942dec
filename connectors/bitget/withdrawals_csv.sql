/*
exchange = "bitget"
title    = "Withdrawal History"
one_row  = "one withdrawal; the fee is debited on top of the amount"
streams  = ["withdrawals"]
zone     = "UTC"
zone_stated = false
step     = "1s"
[columns]
currency = { type = "text", names = ["Coin"] }
amount   = { type = "number", names = ["Amount"] }
network  = { type = "text", names = ["Network"] }
address  = { type = "text", names = ["To Address"] }
txid     = { type = "text", names = ["TXID"] }
time     = { type = "time", names = ["Time"] }
status   = { type = "text", names = ["Status"] }
fee      = { type = "number", names = ["Fee"] }
[skip]
moved_nothing = "failed or rejected: no balance changed"
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
    'withdrawal' AS source_type,
    CASE WHEN fate = 'open' THEN 'open' ELSE 'final' END AS status,
    upper(currency) AS out_asset,
    amount AS out_amount,
    upper(currency) AS fee_asset,
    fee AS fee_amount,
    concat_ws(' ', network, address) AS note
FROM judged

/*
exchange = "bitget"
title    = "Deposit History"
one_row  = "one deposit; the whole amount is credited"
streams  = ["deposits"]
zone     = "UTC"
zone_stated = false
step     = "1s"
[columns]
currency = { type = "text", names = ["Coin"] }
amount   = { type = "number", names = ["Amount"] }
network  = { type = "text", names = ["Network"] }
address  = { type = "text", names = ["From Address"] }
txid     = { type = "text", names = ["TXID"] }
time     = { type = "time", names = ["Time"] }
status   = { type = "text", names = ["Status"] }
[skip]
moved_nothing = "failed: no balance changed"
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
    'deposit' AS kind,
    'deposit' AS source_type,
    CASE WHEN fate = 'open' THEN 'open' ELSE 'final' END AS status,
    upper(currency) AS in_asset,
    amount AS in_amount,
    0 AS fee_amount,
    concat_ws(' ', network, address) AS note
FROM judged

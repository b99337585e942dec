/*
exchange = "kucoin"
title    = "Deposit history"
one_row  = "one deposit; the whole amount is credited"
streams  = ["deposits"]
zone     = "Asia/Singapore"
step     = "1s"
ignored  = ["UID", "Account Type"]
[columns]
time    = { type = "time", names = ["Time"], match = '^Time' }
coin    = { type = "text", names = ["Coin"] }
amount  = { type = "number", names = ["Amount"] }
fee     = { type = "number?", names = ["Fee"] }
hash    = { type = "text?", names = ["Hash"] }
address = { type = "text?", names = ["Deposit Address"] }
network = { type = "text", names = ["Transfer Network"] }
status  = { type = "text", names = ["Status"] }
remark  = { type = "text?", names = ["Remarks"] }
[skip]
not_done = "only what succeeded moved the balance"
*/
SELECT
    line,
    CASE WHEN NOT kucoin_is_done(status) THEN 'not_done' END AS skip,
    CASE WHEN kucoin_is_done(status) IS NULL THEN 'unknown status ' || status END AS quarantine,
    'movement' AS grain,
    hash AS tx_hash,
    time AS occurred_at,
    86400 AS match_window,
    'deposit' AS kind,
    'deposit' AS source_type,
    upper(coin) AS in_asset,
    amount AS in_amount,
    upper(coin) AS fee_asset,
    coalesce(fee, 0) AS fee_amount,
    concat_ws(' ', nullif(network, ''), address, remark) AS note
FROM rows

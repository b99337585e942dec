/*
exchange = "kucoin"
title    = "Deposit history (until 2022)"
one_row  = "one deposit"
streams  = ["deposits"]
zone     = "Asia/Singapore"
step     = "1s"
ignored  = ["Network"]
[columns]
time    = { type = "time", names = ["Time"] }
coin    = { type = "text", names = ["Coin"] }
amount  = { type = "number", names = ["Amount"] }
type    = { type = "text", names = ["Type"] }
remark  = { type = "text", names = ["Remark"] }
fee     = { type = "number?", names = ["Fee"] }

Times are Singapore's. Only what succeeded is listed.
*/
SELECT
    line,
    'movement' AS grain,
    time AS occurred_at,
    86400 AS match_window,
    'deposit' AS kind,
    'deposit' AS source_type,
    upper(coin) AS in_asset,
    amount AS in_amount,
    CASE WHEN fee IS NOT NULL THEN upper(coin) END AS fee_asset,
    fee AS fee_amount,
    remark AS note
FROM rows

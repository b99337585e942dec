/*
exchange = "kucoin"
title    = "Withdrawal history (until 2022)"
one_row  = "one withdrawal"
streams  = ["withdrawals"]
zone     = "Asia/Singapore"
step     = "1s"
ignored  = ["Network"]
untold_fees = ["withdrawal"]
[columns]
time    = { type = "time", names = ["Time"] }
coin    = { type = "text", names = ["Coin"] }
amount  = { type = "number", names = ["Amount"] }
type    = { type = "text", names = ["Type"] }
address = { type = "text", names = ["Wallet Address/Account", "Wallet Address"] }
remark  = { type = "text", names = ["Remark"] }

Times are Singapore's. Only what succeeded is listed.
*/
SELECT
    line,
    'movement' AS grain,
    time AS occurred_at,
    86400 AS match_window,
    'withdrawal' AS kind,
    'withdrawal' AS source_type,
    upper(coin) AS out_asset,
    amount AS out_amount,
    concat_ws(' ', address, remark) AS note
FROM rows

/*
exchange = "kucoin"
title    = "Earn Orders: Profit History"
one_row  = "one reward"
streams  = ["rewards"]
zone     = "Asia/Singapore"
step     = "1s"
ignored  = ["UID", "Account Type", "Order ID", "Staked Coin", "Remarks", "Amount（USDT）"]
[columns]
time    = { type = "time", match = '^Time' }
product = { type = "text", names = ["Product Type"] }
name    = { type = "text?", names = ["Product Name"] }
coin    = { type = "text", names = ["Earnings Coin"] }
type    = { type = "text", names = ["Earnings Type"] }
amount  = { type = "number", names = ["Amount"] }
fee     = { type = "number?", names = ["Fee"] }

Whether a fee is inside the amount is not told; the amount is booked as what was credited.
*/
SELECT
    line,
    'movement' AS grain,
    time AS occurred_at,
    'reward' AS kind,
    concat_ws(' ', product, nullif(type, '')) AS source_type,
    CASE WHEN amount < 0 THEN upper(coin) END AS out_asset,
    CASE WHEN amount < 0 THEN -amount END AS out_amount,
    CASE WHEN amount >= 0 THEN upper(coin) END AS in_asset,
    CASE WHEN amount >= 0 THEN amount END AS in_amount,
    CASE WHEN fee = 0 THEN fee END AS fee_amount,
    name AS note
FROM rows

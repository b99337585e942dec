/*
exchange = "bitget"
title    = "Spot order details"
one_row  = "one fill; the file has no ids, and equal lines are fills of their own"
streams  = ["trades"]
zone     = "UTC"
zone_stated = false
step     = "1s"
ignored  = ["Trading pair"]
[columns]
time     = { type = "time", names = ["Date"] }
base     = { type = "text", names = ["Base Asset"] }
quote    = { type = "text", names = ["Quote Asset"] }
side     = { type = "text", names = ["Direction"] }
price    = { type = "number", names = ["Price"] }
amount   = { type = "number", names = ["Amount"] }
total    = { type = "number", names = ["Total"] }
fee      = { type = "number?", names = ["Fee"] }
fee_coin = { type = "text", names = ["Fee Coin"] }

The fee is apart from amount and total; whether it is written with a minus differs. The clock is known to have been the owner's own in some files.
*/
WITH sided AS (
    SELECT *, lower(trim(side)) AS word, abs(coalesce(fee, 0)) AS charge, upper(trim(base)) AS coin, upper(trim(quote)) AS money FROM rows
)
SELECT
    line,
    CASE WHEN word NOT IN ('buy', 'sell') THEN 'direction ' || side || ' is neither buy nor sell'
         WHEN charge <> 0 AND trim(fee_coin) = '' THEN 'a fee without its coin'
         WHEN amount < 0 OR total < 0 THEN 'an amount is negative' END AS quarantine,
    'movement' AS grain,
    time AS occurred_at,
    'trade' AS kind,
    'trade' AS source_type,
    coin || '/' || money AS market,
    word AS side,
    price,
    if(word = 'buy', money, coin) AS out_asset,
    if(word = 'buy', total, amount) AS out_amount,
    if(word = 'buy', coin, money) AS in_asset,
    if(word = 'buy', amount, total) AS in_amount,
    CASE WHEN charge <> 0 THEN upper(trim(fee_coin)) END AS fee_asset,
    charge AS fee_amount
FROM sided

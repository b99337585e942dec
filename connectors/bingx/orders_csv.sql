/*
exchange = "bingx"
title    = "Spot order history"
one_row  = "one order with what it was filled for in sum"
streams  = ["trades"]
zone     = "UTC"
zone_stated = false
step     = "1s"
ignored  = ["UID", "Order Type"]
[columns]
time     = { type = "time", match = '^Time\(.*\)$' }
order_id = { type = "id", names = ["Order No."] }
pair     = { type = "text", names = ["Pair"] }
side     = { type = "text", names = ["Type"] }
price    = { type = "number", names = ["Price"] }
amount   = { type = "number", names = ["Amount"] }
total    = { type = "number", names = ["Order Value"] }
fee      = { type = "number?", names = ["Fee"] }
fee_coin = { type = "text", names = ["Fee Coin"] }

The header names the zone. The fee is negative, in the coin that was gotten, and apart from amount and value.
*/
WITH sided AS (
    SELECT *, lower(trim(side)) AS word, coalesce(fee, 0) AS charge, split_part(replace(upper(trim(pair)), '-', '/'), '/', 1) AS base,
        split_part(replace(upper(trim(pair)), '-', '/'), '/', 2) AS quote
    FROM rows
)
SELECT
    line,
    CASE WHEN word NOT IN ('buy', 'sell') THEN 'type ' || side || ' is neither buy nor sell'
         WHEN quote = '' THEN 'pair ' || pair || ' is not BASE/QUOTE'
         WHEN charge > 0 THEN 'a fee that is not negative: nobody says whether it was charged or given'
         WHEN charge <> 0 AND trim(fee_coin) = '' THEN 'a fee without its coin'
         WHEN amount < 0 OR total < 0 THEN 'an amount is negative' END AS quarantine,
    'order' AS grain,
    'order' AS namespace,
    order_id AS row_id,
    order_id,
    time AS occurred_at,
    'trade' AS kind,
    'trade' AS source_type,
    base || '/' || quote AS market,
    word AS side,
    price,
    if(word = 'buy', quote, base) AS out_asset,
    if(word = 'buy', total, amount) AS out_amount,
    if(word = 'buy', base, quote) AS in_asset,
    if(word = 'buy', amount, total) AS in_amount,
    CASE WHEN charge <> 0 THEN upper(trim(fee_coin)) END AS fee_asset,
    -charge AS fee_amount
FROM sided

/*
exchange = "okx"
title    = "Trade history (OKEx)"
one_row  = "one fill"
streams  = ["trades"]
step     = "1s"
zone_stated = false
ignored  = ["taker/maker"]
[columns]
order_id = { type = "id?", names = ["Order ID"] }
trade_id = { type = "id", names = ["Trade ID"] }
time     = { type = "time", names = ["Trade Time"] }
pair     = { type = "text", names = ["Pairs"] }
amount   = { type = "number", names = ["Amount"] }
price    = { type = "number", names = ["Price"] }
total    = { type = "glued", names = ["Total"], pair = "pair" }
fee      = { type = "glued", names = ["Fee"], pair = "pair" }
unit     = { type = "text", names = ["unit"] }

The amount is signed in the base: below zero it was sold. Total and fee may have their coin in the cell; a fee without one is in
the unit beside it. Whether a fee's sign means a cost was never told: its size is booked as a cost.
*/
WITH told AS (
    SELECT *, split_pair(pair, ['USDT', 'USDC', 'USDK', 'BTC', 'ETH', 'OKB', 'USD', 'EUR']) AS coins FROM rows
)
SELECT
    line,
    CASE WHEN coins IS NULL THEN 'unknown market ' || pair WHEN amount = 0 THEN 'an amount of 0' END AS quarantine,
    'movement' AS grain,
    CASE WHEN trade_id <> '' THEN 'old fill' END AS namespace,
    CASE WHEN trade_id <> '' THEN coins[1] || '/' || coins[2] || ':' || trade_id END AS row_id,
    order_id,
    time AS occurred_at,
    'trade' AS kind,
    'fill' AS source_type,
    coins[1] || '/' || coins[2] AS market,
    if(amount > 0, 'buy', 'sell') AS side,
    price,
    if(amount > 0, coins[2], coins[1]) AS out_asset,
    if(amount > 0, abs(total), abs(amount)) AS out_amount,
    if(amount > 0, coins[1], coins[2]) AS in_asset,
    if(amount > 0, abs(amount), abs(total)) AS in_amount,
    upper(coalesce(fee_asset, nullif(unit, ''))) AS fee_asset,
    abs(fee) AS fee_amount
FROM told

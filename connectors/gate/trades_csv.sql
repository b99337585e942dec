/*
exchange = "gate"
title    = "Trade history"
one_row  = "one fill; no trade ids, and equal lines are fills of their own"
streams  = ["trades"]
step     = "1s"
zone_stated = false
ignored  = ["No", "Maker/Taker"]
[columns]
order_id = { type = "id?", names = ["Order id"] }
time     = { type = "time", names = ["Time"] }
side     = { type = "text", names = ["Trade type"] }
pair     = { type = "text", names = ["Pair"] }
price    = { type = "glued", names = ["Price"], pair = "pair" }
amount   = { type = "glued", names = ["Amount"], pair = "pair" }
fee      = { type = "glued?", names = ["Fee"], pair = "pair" }
total    = { type = "glued", names = ["Total"], pair = "pair" }

A number may have its coin in the cell. The fee stands apart; one without a coin is charged in the coin that came in.
*/
WITH told AS (
    SELECT *, split_pair(pair, ['USDT', 'USDC', 'BTC', 'ETH', 'GT', 'USD']) AS coins, lower(side) = 'buy' AS buys FROM rows
)
SELECT
    line,
    CASE WHEN lower(side) NOT IN ('buy', 'sell') THEN 'unknown trade type ' || side WHEN coins IS NULL THEN 'unknown market ' || pair END AS quarantine,
    'movement' AS grain,
    order_id,
    time AS occurred_at,
    'trade' AS kind,
    'fill' AS source_type,
    coins[1] || '/' || coins[2] AS market,
    lower(side) AS side,
    price,
    if(buys, coins[2], coins[1]) AS out_asset,
    if(buys, total, amount) AS out_amount,
    if(buys, coins[1], coins[2]) AS in_asset,
    if(buys, amount, total) AS in_amount,
    CASE WHEN fee IS NOT NULL THEN upper(coalesce(fee_asset, if(buys, coins[1], coins[2]))) END AS fee_asset,
    abs(fee) AS fee_amount
FROM told

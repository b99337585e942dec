/*
exchange = "cryptocom"
title    = "Exchange: trade history"
one_row  = "one fill"
streams  = ["trades"]
step     = "1s"
[columns]
order_id  = { type = "id?", names = ["Order ID"] }
trade_id  = { type = "id", names = ["Trade ID"] }
time      = { type = "time", names = ["Time (UTC)"] }
symbol    = { type = "text", names = ["Symbol"] }
side      = { type = "text", names = ["Side"] }
price     = { type = "number", names = ["Trade Price"] }
amount    = { type = "number", names = ["Trade Amount"] }
value     = { type = "number", names = ["Volume of Business"] }
fee       = { type = "number", names = ["Fee"] }
fee_asset = { type = "text", names = ["Fee Currency"] }

The fee stands apart, in the coin that came in or in a third one.
*/
WITH told AS (
    SELECT *, split_part(upper(symbol), '_', 1) AS base, split_part(upper(symbol), '_', 2) AS quote, lower(side) = 'buy' AS buys FROM rows
)
SELECT
    line,
    CASE WHEN lower(side) NOT IN ('buy', 'sell') THEN 'unknown side ' || side WHEN quote = '' THEN 'unknown market ' || symbol END AS quarantine,
    'movement' AS grain,
    CASE WHEN trade_id <> '' THEN 'fill' END AS namespace,
    CASE WHEN trade_id <> '' THEN symbol || ':' || trade_id END AS row_id,
    order_id,
    time AS occurred_at,
    'trade' AS kind,
    'fill' AS source_type,
    base || '/' || quote AS market,
    lower(side) AS side,
    price,
    if(buys, quote, base) AS out_asset,
    if(buys, value, amount) AS out_amount,
    if(buys, base, quote) AS in_asset,
    if(buys, amount, value) AS in_amount,
    upper(nullif(fee_asset, '')) AS fee_asset,
    fee AS fee_amount
FROM told

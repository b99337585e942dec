/*
exchange = "coinbaseexchange"
title    = "Fills (Coinbase Exchange, formerly Pro and GDAX)"
one_row  = "one fill"
streams  = ["trades"]
step     = "1ms"
ignored  = ["portfolio"]
[columns]
trade_id = { type = "id", names = ["trade id"] }
product  = "text"
side     = "text"
time     = { type = "time", names = ["created at"] }
size     = "number"
base     = { type = "text", names = ["size unit"] }
price    = "number"
fee      = "number"
total    = "number"
quote    = { type = "text", names = ["price/fee/total unit"] }

The total is signed and holds the fee: what a purchase cost with it, what a sale brought without it. The fee is charged in the
quote. The trade id within its market is the API's.
*/
WITH told AS (
    SELECT *, lower(side) = 'buy' AS buys, if(lower(side) = 'buy', abs(total) - fee, abs(total) + fee) AS value FROM rows
)
SELECT
    line,
    CASE WHEN lower(side) NOT IN ('buy', 'sell') THEN 'unknown side ' || side END AS quarantine,
    'movement' AS grain,
    'trade' AS namespace,
    CASE WHEN trade_id <> '' THEN replace(upper(product), '-', '/') || ':' || trade_id END AS row_id,
    time AS occurred_at,
    'trade' AS kind,
    'fill' AS source_type,
    replace(upper(product), '-', '/') AS market,
    lower(side) AS side,
    price,
    if(buys, upper(quote), upper(base)) AS out_asset,
    if(buys, value, size) AS out_amount,
    if(buys, upper(base), upper(quote)) AS in_asset,
    if(buys, size, value) AS in_amount,
    upper(quote) AS fee_asset,
    fee AS fee_amount
FROM told

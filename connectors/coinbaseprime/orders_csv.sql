/*
exchange = "coinbaseprime"
title    = "Orders (Coinbase Prime activity)"
one_row  = "one order with what it was filled for in sum"
streams  = ["trades"]
step     = "1s"
ignored  = ["activity level", "portfolio name", "portfolio id", "entity name", "entity id", "initiated by", "initiated time",
            "limit price", "total order quantity", "order currency"]
[columns]
order_id = { type = "id", names = ["order id"] }
status   = "text"
market   = "text"
side     = "text"
type     = "text?"
filled   = { type = "number?", names = ["filled base quantity"] }
value    = { type = "number?", names = ["filled quote quantity"] }
price    = { type = "number?", names = ["average fill price"] }
fee      = { type = "number?", names = ["total fees and commissions"] }
time     = { type = "time", names = ["last updated time"] }
[skip]
not_filled = "nothing of the order was filled"

The fee stands apart from the filled value and is charged in the quote. The time is that of the last fill.
*/
WITH told AS (
    SELECT *, split_part(upper(market), '-', 1) AS base, split_part(upper(market), '-', 2) AS quote, lower(side) = 'buy' AS buys FROM rows
)
SELECT
    line,
    CASE WHEN coalesce(filled, 0) = 0 THEN 'not_filled' END AS skip,
    CASE
        WHEN coalesce(filled, 0) = 0 THEN NULL
        WHEN lower(side) NOT IN ('buy', 'sell') THEN 'unknown side ' || side
        WHEN base = '' OR quote = '' THEN 'unknown market ' || market
        WHEN value IS NULL THEN 'what it was filled for is not told'
    END AS quarantine,
    'order' AS grain,
    'order' AS namespace,
    nullif(order_id, '') AS row_id,
    nullif(order_id, '') AS order_id,
    time AS occurred_at,
    'trade' AS kind,
    concat_ws(' ', type, status) AS source_type,
    base || '/' || quote AS market,
    lower(side) AS side,
    price,
    if(buys, quote, base) AS out_asset,
    if(buys, value, filled) AS out_amount,
    if(buys, base, quote) AS in_asset,
    if(buys, filled, value) AS in_amount,
    quote AS fee_asset,
    fee AS fee_amount
FROM told

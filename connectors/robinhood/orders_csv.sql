/*
exchange = "robinhood"
title    = "Crypto orders"
one_row  = "one order, filled as a whole"
streams  = ["orders"]
zone     = "UTC"
zone_stated = false
step     = "1s"
ignored  = ["Leaves Quantity", "Entered Price"]
[columns]
id       = { type = "text", names = ["UUID"] }
time     = { type = "time", names = ["Time Entered"] }
symbol   = { type = "text", names = ["Symbol"] }
side     = { type = "text", names = ["Side"] }
quantity = { type = "number", names = ["Quantity"] }
state    = { type = "text", names = ["State"] }
type     = { type = "text", names = ["Order Type"] }
average  = { type = "money?", names = ["Average Price"] }
notional = { type = "money", names = ["Notional"] }
[skip]
not_filled = "canceled, rejected or waiting: no balance changed"

The notional is in USD, in brackets for a purchase, and tells the whole amount; no fee is told.
*/
SELECT
    line,
    CASE WHEN lower(state) IN ('canceled', 'cancelled', 'rejected', 'failed', 'new', 'queued', 'confirmed', 'unconfirmed', 'voided') THEN 'not_filled' END AS skip,
    CASE WHEN lower(side) NOT IN ('buy', 'sell') THEN 'side ' || side || ' is neither Buy nor Sell'
         WHEN lower(state) NOT IN ('filled', 'canceled', 'cancelled', 'rejected', 'failed', 'new', 'queued', 'confirmed', 'unconfirmed', 'voided')
             THEN 'state ' || state || ' does not say how much was filled' END AS quarantine,
    'movement' AS grain,
    'order' AS namespace,
    id AS row_id,
    id AS order_id,
    time AS occurred_at,
    'trade' AS kind,
    type AS source_type,
    upper(symbol) || '/USD' AS market,
    lower(side) AS side,
    average AS price,
    if(lower(side) = 'buy', 'USD', upper(symbol)) AS out_asset,
    if(lower(side) = 'buy', abs(notional), quantity) AS out_amount,
    if(lower(side) = 'buy', upper(symbol), 'USD') AS in_asset,
    if(lower(side) = 'buy', quantity, abs(notional)) AS in_amount
FROM rows

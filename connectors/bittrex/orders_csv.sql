/*
exchange = "bittrex"
title    = "Order History (fullOrders)"
one_row  = "one order that was filled in whole or in part; its fills are not told"
streams  = ["orders"]
zone     = "UTC"
step     = "1s"
ignored  = ["Limit", "PricePerUnit", "Avg. Price per Share", "Bid/Ask", "IsConditional", "Condition", "ConditionTarget",
            "ImmediateOrCancel", "TimeInForceTypeId", "TimeInForce", "Time In Force"]
[columns]
order_id   = { type = "id", names = ["Uuid", "OrderUuid"] }
market     = { type = "text", names = ["Exchange"] }
type       = { type = "text", names = ["OrderType", "Type"] }
quantity   = { type = "number", names = ["Quantity"] }
remaining  = { type = "number?", names = ["QuantityRemaining", "Remaining"] }
commission = { type = "number?", names = ["Commission", "CommissionPaid"] }
total      = { type = "number", names = ["Price"] }
opened     = { type = "time", names = ["TimeStamp", "Opened", "Opened (UTC)"], formats = ["%m/%d/%Y %I:%M:%S %p"] }
closed     = { type = "time?", names = ["Closed", "Closed (UTC)"], formats = ["%m/%d/%Y %I:%M:%S %p"] }
[skip]
nothing_filled = "closed without a fill: no balance changed"

A market is QUOTE-BASE (BTC-LTC is LTC paid in BTC). Price is the whole order's total in the quote, without the commission, which
is in the quote too; the newest of these files do not tell it. Files are often UTF-16.
*/
WITH sided AS (
    SELECT *, contains(upper(type), 'BUY') AS buys, contains(upper(type), 'SELL') AS sells,
        bittrex_asset(split_part(market, '-', 2)) AS base, bittrex_asset(split_part(market, '-', 1)) AS quote,
        quantity - coalesce(remaining, 0) AS filled
    FROM rows
)
SELECT
    line,
    CASE WHEN filled = 0 THEN 'nothing_filled' END AS skip,
    CASE WHEN buys = sells THEN 'type ' || type || ' is neither a purchase nor a sale'
         WHEN base = '' THEN 'market ' || market || ' is not QUOTE-BASE' END AS quarantine,
    'order' AS grain,
    'order' AS namespace,
    order_id AS row_id,
    order_id,
    coalesce(closed, opened) AS occurred_at,
    'trade' AS kind,
    type AS source_type,
    base || '/' || quote AS market,
    if(buys, 'buy', 'sell') AS side,
    if(buys, quote, base) AS out_asset,
    if(buys, total, filled) AS out_amount,
    if(buys, base, quote) AS in_asset,
    if(buys, filled, total) AS in_amount,
    CASE WHEN commission <> 0 THEN quote END AS fee_asset,
    commission AS fee_amount
FROM sided

/*
exchange = "bittrex"
title    = "Order History (column names in capitals)"
one_row  = "one order that was filled in whole or in part; its fills are not told"
streams  = ["orders"]
zone     = "UTC"
step     = "1s"
ignored  = ["LIMIT", "CEILING", "QUANTITY", "TIMEINFORCETYPE", "ISCONDITIONAL", "CONDITION", "CONDITIONTARGET"]
[columns]
order_id   = { type = "id", names = ["UUID"] }
quote      = "text"
market     = "text"
type       = { type = "text", names = ["ORDERTYPE"] }
filled     = "number"
proceeds   = "number"
commission = { type = "number", names = ["COMISSIONPAID"] }
opened     = { type = "time", formats = ["%m/%d/%Y %I:%M:%S %p"] }
closed     = { type = "time?", formats = ["%m/%d/%Y %I:%M:%S %p"] }
[skip]
nothing_filled = "closed without a fill: no balance changed"

MARKET is the base, QUOTE the quote. Proceeds are the order's total in the quote without the commission, which is in the quote.
*/
WITH sided AS (
    SELECT *, contains(upper(type), 'BUY') AS buys, contains(upper(type), 'SELL') AS sells,
        bittrex_asset(market) AS base, bittrex_asset(quote) AS paid_in
    FROM rows
)
SELECT
    line,
    CASE WHEN filled = 0 THEN 'nothing_filled' END AS skip,
    CASE WHEN buys = sells THEN 'type ' || type || ' is neither a purchase nor a sale' END AS quarantine,
    'order' AS grain,
    'order' AS namespace,
    order_id AS row_id,
    order_id,
    coalesce(closed, opened) AS occurred_at,
    'trade' AS kind,
    type AS source_type,
    base || '/' || paid_in AS market,
    if(buys, 'buy', 'sell') AS side,
    if(buys, paid_in, base) AS out_asset,
    if(buys, proceeds, filled) AS out_amount,
    if(buys, base, paid_in) AS in_asset,
    if(buys, filled, proceeds) AS in_amount,
    CASE WHEN commission <> 0 THEN paid_in END AS fee_asset,
    commission AS fee_amount
FROM sided

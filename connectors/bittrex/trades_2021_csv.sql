/*
exchange = "bittrex"
title    = "Trade History (2021)"
one_row  = "one filled order; the file has no ids and tells no fee"
streams  = ["orders"]
zone     = "UTC"
step     = "1s"
untold_fees = ["trade"]
[columns]
time     = { type = "time", names = ["Date"], formats = ["%m/%d/%Y %I:%M:%S %p"] }
market   = { type = "text", names = ["Market"] }
side     = { type = "text", names = ["Side"] }
type     = { type = "text", names = ["Type"] }
price    = { type = "number", names = ["Price"] }
quantity = { type = "number", names = ["Quantity"] }
total    = { type = "number", names = ["Total"] }

A market is BASE/QUOTE, or BASE-->QUOTE.
*/
WITH sided AS (
    SELECT *, upper(side) = 'BUY' AS buys, bittrex_asset(regexp_extract(market, '^(.+?)(/|-->)', 1)) AS base,
        bittrex_asset(regexp_extract(market, '(/|-->)(.+)$', 2)) AS quote
    FROM rows
)
SELECT
    line,
    CASE WHEN upper(side) NOT IN ('BUY', 'SELL') THEN 'side ' || side || ' is neither BUY nor SELL'
         WHEN quote = '' THEN 'market ' || market || ' is not BASE/QUOTE' END AS quarantine,
    'order' AS grain,
    time AS occurred_at,
    'trade' AS kind,
    type AS source_type,
    base || '/' || quote AS market,
    lower(side) AS side,
    price,
    if(buys, quote, base) AS out_asset,
    if(buys, total, quantity) AS out_amount,
    if(buys, base, quote) AS in_asset,
    if(buys, quantity, total) AS in_amount
FROM sided

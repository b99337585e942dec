/*
exchange = "coinspot"
title    = "Order history"
one_row  = "one purchase or sale"
streams  = ["trades"]
zone     = "Australia/Melbourne"
zone_stated = false
step     = "1m"
ignored  = ["Rate inc. fee", "Fee AUD (inc GST)", "GST AUD", "Total AUD"]
[columns]
time   = { type = "time", names = ["Transaction Date"], formats = ["%d/%m/%Y %I:%M %p", "%d/%m/%Y %H:%M", "%d/%m/%Y"] }
type   = { type = "text", names = ["Type"] }
market = { type = "text", names = ["Market"] }
amount = { type = "number", names = ["Amount"] }
price  = { type = "number", names = ["Rate ex. fee"] }
fee    = { type = "glued", names = ["Fee"] }
total  = { type = "glued", names = ["Total (inc GST)"] }

The total is what was paid, the fee in it, or what a sale brought, the fee gone from it; GST is a part of the fee. Total and fee name
their currency, which is the market's quote. There are no ids, and the clock has minutes: equal lines are trades of their own.
*/
WITH sided AS (
    SELECT *, lower(trim(type)) AS side, upper(split_part(market, '/', 1)) AS base, upper(split_part(market, '/', 2)) AS quote,
        if(upper(fee_asset) = upper(total_asset), fee, 0) AS within
    FROM rows
)
SELECT
    line,
    CASE WHEN side NOT IN ('buy', 'sell') THEN 'type ' || type || ' is neither buy nor sell'
         WHEN quote = '' THEN 'market ' || market || ' is not base/quote'
         WHEN upper(total_asset) <> quote THEN 'the total is told in ' || total_asset || ', the market in ' || quote
         WHEN side = 'buy' AND total < within THEN 'the fee is more than the total' END AS quarantine,
    'movement' AS grain,
    time AS occurred_at,
    'trade' AS kind,
    type AS source_type,
    base || '/' || quote AS market,
    side,
    price,
    if(side = 'buy', quote, base) AS out_asset,
    if(side = 'buy', total - within, amount) AS out_amount,
    if(side = 'buy', base, quote) AS in_asset,
    if(side = 'buy', amount, total + within) AS in_amount,
    CASE WHEN fee <> 0 THEN upper(fee_asset) END AS fee_asset,
    fee AS fee_amount
FROM sided

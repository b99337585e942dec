/*
exchange = "mexc"
title    = "Spot Order History"
one_row  = "one order; its fills and fees are told by the Trade History, which is to be preferred"
streams  = ["trades"]
zone     = "UTC"
zone_stated = false
step     = "1s"
blank    = ["--"]
ignored  = ["UID", "Order Price"]
untold_fees = ["trade"]
[columns]
pair     = { type = "text", names = ["Pairs"] }
time     = { type = "time", names = ["Time"] }
type     = { type = "text", names = ["Type"] }
side     = { type = "text", names = ["Direction"] }
average  = { type = "money?", names = ["Average Filled Price"] }
filled   = { type = "money", names = ["Filled Quantity"] }
ordered  = { type = "money", names = ["Order Quantity"] }
amount   = { type = "money", names = ["Order Amount"] }
status   = { type = "text", names = ["Status"] }
[skip]
nothing_filled = "closed or waiting without a fill: no balance changed"

Order Amount is of the whole order: of one filled in part, the filled quantity times its average price counts, or where that is
missing the amount's share. The file has no ids and tells no fees.
*/
WITH sided AS (
    SELECT rows.*, lower(side) = 'buy' AS buys, lower(replace(status, ' ', '')) AS word,
        coalesce(markets.base, pair_of(pair)[1]) AS base, coalesce(markets.quote, pair_of(pair)[2]) AS quote,
        exact_product(filled, average) AS worth
    FROM rows LEFT JOIN markets ON markets.symbol = replace(rows.pair, '_', '')
),
valued AS (
    SELECT *, CASE WHEN filled = ordered THEN amount WHEN average > 0 THEN worth ELSE amount * try_cast(filled / ordered AS DECIMAL(18,12)) END::DECIMAL(38,18) AS paid
    FROM sided
)
SELECT
    line,
    CASE WHEN filled = 0 THEN 'nothing_filled' END AS skip,
    CASE WHEN word IN ('canceled', 'cancelled') AND filled > 0 THEN 'canceled, yet filled: its status contradicts its quantity'
         WHEN word NOT IN ('filled', 'successful', 'finished', 'partiallyfilled', 'partialfilled', 'partiallycanceled', 'partiallycancelled', 'canceled', 'cancelled')
             THEN 'unknown status ' || status
         WHEN lower(side) NOT IN ('buy', 'sell') THEN 'direction ' || side || ' is neither Buy nor Sell'
         WHEN quote IS NULL THEN 'pair ' || pair || ' ends in no known quote'
         WHEN paid IS NULL THEN 'what was paid is not told' END AS quarantine,
    'order' AS grain,
    time AS occurred_at,
    'trade' AS kind,
    type AS source_type,
    base || '/' || quote AS market,
    lower(side) AS side,
    average AS price,
    if(buys, quote, base) AS out_asset,
    if(buys, paid, filled) AS out_amount,
    if(buys, base, quote) AS in_asset,
    if(buys, filled, paid) AS in_amount
FROM valued

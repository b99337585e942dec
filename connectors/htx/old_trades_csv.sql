/*
exchange = "htx"
title    = "Trade History (Huobi, until 2022)"
one_row  = "one fill; the file has no ids, and equal lines are fills of their own"
streams  = ["trades"]
zone     = "UTC"
zone_stated = false
step     = "1s"
[columns]
time   = { type = "time", names = ["Time"] }
type   = { type = "text", names = ["Type"] }
pair   = { type = "text", names = ["Pair"] }
side   = { type = "text", names = ["Side"] }
price  = { type = "number", names = ["Price"] }
amount = { type = "number", names = ["Amount"] }
total  = { type = "number", names = ["Total"] }
fee    = { type = "glued", names = ["Fee"], pair = "pair" }

The fee is glued to its asset (0.00178800LTC), which may be neither of the pair. Total is cut to as many digits as the site shows;
where it is no more than that, price times amount is what was paid.
*/
WITH sided AS (
    SELECT *, lower(side) = 'buy' AS buys, split_part(upper(pair), '/', 1) AS base, split_part(upper(pair), '/', 2) AS quote,
        exact_product(price, amount) AS worth
    FROM rows
),
valued AS (
    SELECT *, CASE WHEN worth >= total AND worth - total < 0.0001 THEN worth ELSE total END AS paid FROM sided
)
SELECT
    line,
    CASE WHEN lower(side) NOT IN ('buy', 'sell') THEN 'side ' || side || ' is neither Buy nor Sell'
         WHEN quote = '' THEN 'pair ' || pair || ' is not BASE/QUOTE' END AS quarantine,
    'movement' AS grain,
    time AS occurred_at,
    CASE WHEN lower(type) IN ('exchange', 'spot') THEN 'trade' WHEN contains(lower(type), 'margin') THEN 'margin' ELSE 'other' END AS kind,
    type AS source_type,
    CASE WHEN contains(lower(type), 'margin') THEN 'margin' ELSE 'spot' END AS wallet,
    base || '/' || quote AS market,
    lower(side) AS side,
    price,
    if(buys, quote, base) AS out_asset,
    if(buys, paid, amount) AS out_amount,
    if(buys, base, quote) AS in_asset,
    if(buys, amount, paid) AS in_amount,
    upper(fee_asset) AS fee_asset,
    fee AS fee_amount
FROM valued

/*
exchange = "bitso"
title    = "Trades"
one_row  = "one fill"
streams  = ["trades"]
step     = "1s"
ignored  = ["datetime"]
[columns]
time   = { type = "unix_s", names = ["timestamp"] }
type   = { type = "text" }
major  = { type = "text" }
minor  = { type = "text" }
amount = { type = "number" }
price  = { type = "number", names = ["rate"] }
value  = { type = "number" }
fee    = { type = "number" }
total  = { type = "number" }

The fee is part of what came: of the major on a purchase, of the minor on a sale, and the total is what was left of it. A line whose total is
another is refused, as its fee would be in the wrong coin. There are no ids.
*/
WITH sided AS (
    SELECT *, lower(trim(type)) AS side, upper(trim(major)) AS base, upper(trim(minor)) AS quote, lower(trim(type)) = 'buy' AS buys FROM rows
)
SELECT
    line,
    CASE WHEN side NOT IN ('buy', 'sell') THEN 'type ' || type || ' is neither buy nor sell'
         WHEN buys AND abs(amount - fee - total) > 0.000001 THEN 'the total is not the amount without the fee'
         WHEN NOT buys AND abs(value - fee - total) > 0.01 THEN 'the total is not the value without the fee' END AS quarantine,
    'movement' AS grain,
    time AS occurred_at,
    'trade' AS kind,
    type AS source_type,
    base || '/' || quote AS market,
    side,
    price,
    if(buys, quote, base) AS out_asset,
    if(buys, value, amount) AS out_amount,
    if(buys, base, quote) AS in_asset,
    total + fee AS in_amount,
    CASE WHEN fee <> 0 THEN if(buys, base, quote) END AS fee_asset,
    fee AS fee_amount
FROM sided

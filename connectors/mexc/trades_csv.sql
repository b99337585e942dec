/*
exchange = "mexc"
title    = "Spot Trade History"
one_row  = "one fill; the file has no ids, and equal lines are fills of their own"
streams  = ["trades"]
zone     = "UTC"
zone_stated = false
step     = "1s"
blank    = ["--"]
ignored  = ["UID"]
[columns]
pair   = { type = "text", names = ["Pairs"] }
time   = { type = "time", names = ["Time"] }
side   = { type = "text", names = ["Side"] }
price  = { type = "money", names = ["Filled Price"] }
amount = { type = "money", names = ["Executed Amount"] }
total  = { type = "money", names = ["Total"] }
fee    = { type = "glued", names = ["Fee"], pair = "pair" }
role   = { type = "text", names = ["Role"] }

Pairs are BASE_QUOTE or BASEQUOTE. The fee is glued to its asset; a bare number is in the quote. A negative fee is a rebate.
*/
WITH sided AS (
    SELECT rows.*, lower(side) = 'buy' AS buys, coalesce(markets.base, pair_of(pair)[1]) AS base, coalesce(markets.quote, pair_of(pair)[2]) AS quote
    FROM rows LEFT JOIN markets ON markets.symbol = replace(rows.pair, '_', '')
)
SELECT
    line,
    CASE WHEN lower(side) NOT IN ('buy', 'sell') THEN 'side ' || side || ' is neither Buy nor Sell'
         WHEN quote IS NULL THEN 'pair ' || pair || ' ends in no known quote' END AS quarantine,
    'movement' AS grain,
    time AS occurred_at,
    'trade' AS kind,
    'trade' AS source_type,
    base || '/' || quote AS market,
    lower(side) AS side,
    price,
    if(buys, quote, base) AS out_asset,
    if(buys, total, amount) AS out_amount,
    if(buys, base, quote) AS in_asset,
    if(buys, amount, total) AS in_amount,
    CASE WHEN fee <> 0 THEN coalesce(upper(fee_asset), quote) END AS fee_asset,
    fee AS fee_amount
FROM sided

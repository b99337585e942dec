/*
exchange = "poloniex"
title    = "Trade History (until 2022)"
one_row  = "one fill; equal lines are fills of their own"
streams  = ["trades"]
zone     = "UTC"
step     = "1s"
[columns]
time      = { type = "time", names = ["Date"] }
market    = { type = "text", names = ["Market"] }
category  = { type = "text", names = ["Category"] }
type      = { type = "text", names = ["Type"] }
price     = { type = "number", names = ["Price"] }
amount    = { type = "number", names = ["Amount"] }
total     = { type = "number", names = ["Total"] }
rate      = { type = "text", names = ["Fee"] }
order_id  = { type = "id", names = ["Order Number"] }
base_net  = { type = "number", names = ["Base Total Less Fee"] }
quote_net = { type = "number", names = ["Quote Total Less Fee"] }
fee_code  = { type = "text?", names = ["Fee Currency"] }
fee_total = { type = "number?", names = ["Fee Total"] }

The fee is a percentage, charged in what was bought and cut to eight digits: exactly what Amount or Total loses on its way to
the columns less fee (whose `base` is the market's quote). Newer files add a currency and a total; the total is reckoned in the
quote whatever the currency, and is read only where another asset paid. An order number has many fills, so it is no row's id.
*/
WITH sided AS (
    SELECT *, lower(type) = 'buy' AS buys, poloniex_asset(split_part(market, '/', 1)) AS base, poloniex_asset(split_part(market, '/', 2)) AS quote,
        CASE WHEN lower(type) = 'buy' THEN amount - abs(quote_net) ELSE total - abs(base_net) END AS lost,
        poloniex_asset(fee_code) AS payer
    FROM rows
)
SELECT
    line,
    CASE WHEN lower(type) NOT IN ('buy', 'sell') THEN 'type ' || type || ' is neither Buy nor Sell'
         WHEN quote = '' THEN 'market ' || market || ' is not BASE/QUOTE' END AS quarantine,
    'movement' AS grain,
    order_id,
    time AS occurred_at,
    CASE WHEN lower(category) = 'exchange' THEN 'trade' WHEN regexp_matches(lower(category), 'margin|settlement') THEN 'margin' ELSE 'other' END AS kind,
    category || '/' || type AS source_type,
    CASE WHEN regexp_matches(lower(category), 'margin|settlement') THEN 'margin' ELSE 'spot' END AS wallet,
    base || '/' || quote AS market,
    lower(type) AS side,
    price,
    if(buys, quote, base) AS out_asset,
    if(buys, total, amount) AS out_amount,
    if(buys, base, quote) AS in_asset,
    if(buys, amount, total) AS in_amount,
    CASE WHEN lost <> 0 THEN if(buys, base, quote) WHEN fee_total > 0 AND payer NOT IN (base, quote) THEN payer END AS fee_asset,
    CASE WHEN lost <> 0 THEN lost WHEN fee_total > 0 AND payer NOT IN (base, quote) THEN fee_total ELSE 0 END AS fee_amount,
    rate AS note
FROM sided

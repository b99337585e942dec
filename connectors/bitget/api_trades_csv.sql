/*
exchange = "bitget"
title    = "Spot trades (as the API names them)"
one_row  = "one fill; an order has several, and the file has no ids of fills"
streams  = ["trades"]
zone     = "UTC"
step     = "1ms"
ignored  = ["baseVolume"]
[columns]
order_id = { type = "id", names = ["orderId"] }
pair     = { type = "text", names = ["symbol"] }
side     = "text"
price    = { type = "number", names = ["priceAvg"] }
amount   = { type = "number", names = ["size"] }
total    = { type = "number", names = ["quoteVolume"] }
fee      = "number"
fee_code = { type = "text", names = ["feeCurrency"] }
time     = { type = "unix_ms", names = ["cTime"] }

A negative fee is a rebate.
*/
WITH sided AS (SELECT *, lower(side) AS word, regexp_replace(pair, '_SPBL$', '') AS symbol FROM rows),
split AS (
    SELECT sided.*, coalesce(markets.base, pair_of(sided.symbol)[1]) AS base, coalesce(markets.quote, pair_of(sided.symbol)[2]) AS quote
    FROM sided LEFT JOIN markets ON markets.symbol = sided.symbol
)
SELECT
    line,
    CASE WHEN word NOT IN ('buy', 'sell') THEN 'side ' || side || ' is neither buy nor sell'
         WHEN quote IS NULL THEN 'symbol ' || pair || ' ends in no known quote' END AS quarantine,
    'movement' AS grain,
    nullif(order_id, '') AS order_id,
    time AS occurred_at,
    'trade' AS kind,
    'trade' AS source_type,
    base || '/' || quote AS market,
    word AS side,
    price,
    if(word = 'buy', quote, base) AS out_asset,
    if(word = 'buy', total, amount) AS out_amount,
    if(word = 'buy', base, quote) AS in_asset,
    if(word = 'buy', amount, total) AS in_amount,
    CASE WHEN fee <> 0 THEN upper(fee_code) END AS fee_asset,
    fee AS fee_amount
FROM split

/*
exchange = "bitget"
title    = "Spot Trade History"
one_row  = "one fill; an order has several, and the file has no ids of fills"
streams  = ["trades"]
zone     = "UTC"
zone_stated = false
step     = "1s"
ignored  = ["Order Type"]
[columns]
order_id = { type = "id", names = ["Order ID"] }
pair     = { type = "text", names = ["Trading Pair"] }
side     = { type = "text", names = ["Side"] }
price    = { type = "money", names = ["Filled Price"] }
amount   = { type = "money", names = ["Filled Amount"] }
total    = { type = "money", names = ["Total"] }
fee      = { type = "glued", names = ["Fee"], pair = "pair" }
fee_code = { type = "text?", names = ["Fee Currency"] }
time     = { type = "time", names = ["Order Time"] }

Sides may be written in Chinese, pairs may end in _SPBL. The fee's asset is a column of its own or glued to it; a bare fee that no
column names the asset of is nobody's to guess. A negative fee is a rebate.
*/
WITH sided AS (
    SELECT rows.*, CASE WHEN lower(side) IN ('buy', '买入') THEN 'buy' WHEN lower(side) IN ('sell', '卖出') THEN 'sell' END AS word,
        regexp_replace(pair, '_SPBL$', '') AS symbol
    FROM rows
),
split AS (
    SELECT sided.*, coalesce(markets.base, pair_of(sided.symbol)[1]) AS base, coalesce(markets.quote, pair_of(sided.symbol)[2]) AS quote,
        coalesce(fee_asset, fee_code) AS payer
    FROM sided LEFT JOIN markets ON markets.symbol = sided.symbol
)
SELECT
    line,
    CASE WHEN word IS NULL THEN 'side ' || side || ' is neither Buy nor Sell'
         WHEN quote IS NULL THEN 'pair ' || pair || ' ends in no known quote'
         WHEN fee <> 0 AND payer IS NULL THEN 'no column says of which asset the fee is' END AS quarantine,
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
    CASE WHEN fee <> 0 THEN upper(payer) END AS fee_asset,
    fee AS fee_amount
FROM split

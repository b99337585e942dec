/*
exchange = "kucoin"
title    = "Trade history (each number with its coin beside it)"
one_row  = "one fill"
streams  = ["trades"]
zone     = "Asia/Singapore"
step     = "1s"
ignored  = ["FilledPriceCoin"]
[columns]
time      = { type = "time", names = ["Time"] }
pair      = { type = "text", names = ["Pair"] }
side      = { type = "text", names = ["Side"] }
price     = { type = "number", names = ["FilledPrice"] }
amount    = { type = "number", names = ["Amount"] }
base      = { type = "text", names = ["AmountCoin"] }
value     = { type = "number", names = ["Volume"] }
quote     = { type = "text", names = ["VolumeCoin"] }
fee       = { type = "number", names = ["Fee"] }
fee_asset = { type = "text", names = ["FeeCoin"] }
*/
SELECT
    line,
    CASE WHEN lower(side) NOT IN ('buy', 'sell') THEN 'unknown side ' || side END AS quarantine,
    'movement' AS grain,
    time AS occurred_at,
    'trade' AS kind,
    'fill' AS source_type,
    upper(base) || '/' || upper(quote) AS market,
    lower(side) AS side,
    price,
    if(lower(side) = 'buy', upper(quote), upper(base)) AS out_asset,
    if(lower(side) = 'buy', value, amount) AS out_amount,
    if(lower(side) = 'buy', upper(base), upper(quote)) AS in_asset,
    if(lower(side) = 'buy', amount, value) AS in_amount,
    upper(nullif(fee_asset, '')) AS fee_asset,
    fee AS fee_amount
FROM rows

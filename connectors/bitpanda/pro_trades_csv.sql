/*
exchange = "bitpanda"
title    = "Bitpanda Pro trades"
one_row  = "one fill at Bitpanda Pro (later One Trading)"
streams  = ["pro_trades"]
zone     = "UTC"
step     = "1ms"
[columns]
order_id    = { type = "text", names = ["Order ID"] }
trade_id    = { type = "text", names = ["Trade ID"] }
type        = { type = "text", names = ["Type"] }
market      = { type = "text?", names = ["Market"] }
amount      = { type = "number", names = ["Amount"] }
base        = { type = "text", names = ["Amount Currency"] }
price       = { type = "number", names = ["Price"] }
quote       = { type = "text", names = ["Price Currency"] }
fee         = { type = "number", names = ["Fee"] }
fee_code    = { type = "text", names = ["Fee Currency"] }
time        = { type = "time", names = ["Time (UTC)"] }

What was paid is not told: it is amount times price. The fee is apart, in any asset.
*/
WITH sided AS (SELECT *, lower(type) = 'buy' AS buys, exact_product(amount, price) AS paid FROM rows)
SELECT
    line,
    CASE WHEN lower(type) NOT IN ('buy', 'sell') THEN 'type ' || type || ' is neither BUY nor SELL'
         WHEN paid IS NULL THEN 'amount times price is out of range' END AS quarantine,
    'movement' AS grain,
    'pro_trade' AS namespace,
    trade_id AS row_id,
    order_id,
    time AS occurred_at,
    'trade' AS kind,
    type AS source_type,
    'pro' AS wallet,
    base || '/' || quote AS market,
    lower(type) AS side,
    price,
    if(buys, quote, base) AS out_asset,
    if(buys, paid, amount) AS out_amount,
    if(buys, base, quote) AS in_asset,
    if(buys, amount, paid) AS in_amount,
    CASE WHEN fee <> 0 THEN fee_code END AS fee_asset,
    fee AS fee_amount
FROM sided

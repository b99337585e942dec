/*
exchange = "btcmarkets"
title    = "Trades"
one_row  = "one fill"
streams  = ["trades"]
zone     = "UTC"
zone_stated = false
step     = "1s"
ignored  = ["market", "feeInBaseCurrency(Inc tax)", "taxInBaseCurrency"]
[columns]
id        = "id"
time      = { type = "time", names = ["creationTime"], formats = ["%Y-%m-%d, %I:%M %p"] }
price     = "number"
volume    = "number"
side      = "text"
base      = { type = "text", names = ["instrument"] }
quote     = { type = "text", names = ["currency"] }
fee       = { type = "number", names = ["fee(Inc tax)"] }
fee_asset = { type = "text", names = ["feeCurrency"] }
order_id  = { type = "text?", names = ["orderId"] }

What was paid is volume times price. The fee, its tax included, stands apart in the currency beside it.
*/
WITH sided AS (
    SELECT *, CASE lower(side) WHEN 'bid' THEN 'buy' WHEN 'ask' THEN 'sell' END AS way, exact_product(volume, price) AS paid FROM rows
)
SELECT
    line,
    CASE WHEN way IS NULL THEN 'side ' || side || ' is neither Bid nor Ask' WHEN paid IS NULL THEN 'volume times price is out of range' END AS quarantine,
    'movement' AS grain,
    'trade' AS namespace,
    upper(base) || '/' || upper(quote) || ':' || id AS row_id,
    order_id,
    time AS occurred_at,
    'trade' AS kind,
    'trade' AS source_type,
    upper(base) || '/' || upper(quote) AS market,
    way AS side,
    price,
    upper(if(way = 'buy', quote, base)) AS out_asset,
    if(way = 'buy', paid, volume) AS out_amount,
    upper(if(way = 'buy', base, quote)) AS in_asset,
    if(way = 'buy', volume, paid) AS in_amount,
    CASE WHEN fee <> 0 THEN upper(fee_asset) END AS fee_asset,
    fee AS fee_amount
FROM sided

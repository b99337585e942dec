/*
exchange = "kucoin"
title    = "Trade history (until 2022; four generations)"
one_row  = "one fill; equal lines are fills of their own"
streams  = ["trades"]
zone     = "Asia/Singapore"
step     = "1s"
ignored  = ["uid", "order_type", "liquidity", "orderType", "volUsdt"]
untold_fees = ["trade"]
[columns]
order_id  = { type = "id?", names = ["orderId", "oid"] }
symbol    = "text"
time      = { type = "time", names = ["tradeCreatedAt", "createdDate", "created_at"] }
side      = { type = "text", names = ["side", "direction"] }
price     = { type = "number", names = ["price", "dealPrice", "deal_price"] }
amount    = { type = "number", names = ["size", "amount_coin", "amount"] }
value     = { type = "number", names = ["funds", "dealValue", "deal_value"] }
fee       = { type = "number?", names = ["fee"] }
fee_asset = { type = "text?", names = ["feeCurrency"] }

Times are Singapore's. The fee stands apart; where its currency is not told it is the quote, unless it were more than a
hundredth of the value in it: then it is the base, which KuCoin charged in its first years. The oldest generation tells no fee.
*/
WITH told AS (
    SELECT *, split_part(upper(symbol), '-', 1) AS base, split_part(upper(symbol), '-', 2) AS quote, lower(side) = 'buy' AS buys FROM rows
)
SELECT
    line,
    CASE
        WHEN lower(side) NOT IN ('buy', 'sell') THEN 'unknown side ' || side
        WHEN quote = '' THEN 'unknown market ' || symbol
        WHEN fee_asset IS NULL AND fee > value / 100 AND fee > amount / 100 THEN 'a fee of more than a hundredth, and its currency is not told'
    END AS quarantine,
    'movement' AS grain,
    order_id,
    time AS occurred_at,
    'trade' AS kind,
    'fill' AS source_type,
    base || '/' || quote AS market,
    lower(side) AS side,
    price,
    if(buys, quote, base) AS out_asset,
    if(buys, value, amount) AS out_amount,
    if(buys, base, quote) AS in_asset,
    if(buys, amount, value) AS in_amount,
    CASE WHEN fee IS NULL THEN NULL WHEN fee_asset IS NOT NULL THEN upper(fee_asset) WHEN fee > value / 100 THEN base ELSE quote END AS fee_asset,
    fee AS fee_amount
FROM told

/*
exchange = "coinbase"
title    = "GET /api/v3/brokerage/orders/historical/fills"
source   = "api"
one_row  = "one fill of an Advanced Trade order in the key's portfolio"
streams  = ["fills"]
books    = false
zone     = "UTC"
step     = "1us"
rows     = "fills[]"
[columns]
entry_id      = "text"
trade_id      = "text?"
order_id      = "text"
trade_time    = "time"
trade_type    = "text"
price         = "number"
size          = "number"
size_in_quote = "text?"
commission    = "number"
product_id    = "text"
side          = "text"
[skip]
not_a_fill = "a reversal, correction or synthetic entry: the booked transactions of the account already show its effect"

The fill describes the pair of transactions that book it. Where the size is told in quote currency the base size is not told
exactly (size / price is rounded by the exchange): that leg is left out rather than guessed.
*/
WITH sized AS (
    SELECT *,
        upper(side) = 'BUY' AS buys,
        lower(coalesce(size_in_quote, 'false')) = 'true' AS in_quote,
        coinbase_asset(split_part(product_id, '-', 1)) AS base,
        coinbase_asset(split_part(product_id, '-', 2)) AS quote
    FROM rows
), legs AS (
    SELECT *,
        CASE WHEN NOT in_quote THEN size END AS base_size,
        CASE WHEN in_quote THEN size ELSE coinbase_product(size, price) END AS quote_size
    FROM sized
)
SELECT
    line,
    CASE WHEN trade_type <> 'FILL' THEN 'not_a_fill' END AS skip,
    'describe' AS grain,
    'fill' AS namespace,
    entry_id AS row_id,
    coinbase_fill(order_id, trade_time, price) AS event_id,
    order_id,
    trade_time AS occurred_at,
    'trade' AS kind,
    trade_type AS source_type,
    base || '/' || quote AS market,
    lower(side) AS side,
    price,
    CASE WHEN NOT buys AND base_size IS NOT NULL THEN base WHEN buys THEN quote END AS out_asset,
    CASE WHEN buys THEN quote_size ELSE base_size END AS out_amount,
    CASE WHEN NOT buys THEN quote WHEN base_size IS NOT NULL THEN base END AS in_asset,
    CASE WHEN buys THEN base_size ELSE quote_size END AS in_amount,
    quote AS fee_asset,
    commission AS fee_amount
FROM legs

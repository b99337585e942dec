/*
exchange = "poloniex"
title    = "Trade History (2023 archive)"
one_row  = "one fill of before August 2022"
streams  = ["trades"]
zone     = "UTC"
step     = "1s"
decimals = 8
ignored  = ["fee_total"]
[columns]
time         = { type = "time", names = ["create_time"] }
trade_id     = "id"
market       = "text"
buyer_wallet = "text"
side         = "text"
price        = "text"
amount       = "text"
rate         = { type = "number", names = ["fee"] }
fee_currency = "text"

A market is its quote, then its base: BTCETH is ETH paid in BTC. Prices and amounts were printed from binary fractions: what
stands behind the twelfth digit is noise (0.100000000000000010). `fee_total` is amount times rate for purchases and sales alike,
though a sale is charged in the quote; the fee is reckoned anew from the rate, cut to eight digits as the older files tell it.
*/
WITH cleaned AS (
    SELECT *, round(number_of(left(price, strpos(price || '.', '.') + 18)), 12)::DECIMAL(38,18) AS at_price,
        round(number_of(left(amount, strpos(amount || '.', '.') + 18)), 12)::DECIMAL(38,18) AS size,
        regexp_extract(upper(market), '^(BTC|ETH|USDT|USDC|USDD|BUSD|USDJ|TUSD|DAI|PAX|BNB|TRX|XMR)_?(.+)$', ['quote', 'base']) AS pair,
        lower(side) = 'buy' AS buys
    FROM rows
),
priced AS (SELECT *, cut_to(exact_product(size, at_price), 8) AS total FROM cleaned),
charged AS (SELECT *, CASE WHEN buys THEN exact_product(size, rate) ELSE exact_product(total, rate) END AS charge FROM priced)
SELECT
    line,
    CASE WHEN at_price IS NULL THEN 'price ' || price || ' is no number'
         WHEN size IS NULL THEN 'amount ' || amount || ' is no number'
         WHEN pair.base = '' THEN 'market ' || market || ' is in no known quote'
         WHEN lower(side) NOT IN ('buy', 'sell') THEN 'side ' || side || ' is neither Buy nor Sell'
         WHEN total IS NULL OR charge IS NULL THEN 'amount times price is out of range' END AS quarantine,
    'movement' AS grain,
    'trade' AS namespace,
    poloniex_asset(pair.base) || '/' || poloniex_asset(pair.quote) || ':' || trade_id AS row_id,
    time AS occurred_at,
    CASE WHEN lower(buyer_wallet) = 'exchange' THEN 'trade' ELSE 'margin' END AS kind,
    buyer_wallet || '/' || side AS source_type,
    CASE WHEN lower(buyer_wallet) = 'exchange' THEN 'spot' ELSE 'margin' END AS wallet,
    poloniex_asset(pair.base) || '/' || poloniex_asset(pair.quote) AS market,
    lower(side) AS side,
    at_price AS price,
    poloniex_asset(if(buys, pair.quote, pair.base)) AS out_asset,
    if(buys, total, size) AS out_amount,
    poloniex_asset(if(buys, pair.base, pair.quote)) AS in_asset,
    if(buys, size, total) AS in_amount,
    poloniex_asset(if(buys, pair.base, pair.quote)) AS fee_asset,
    cut_to(charge, 8) AS fee_amount
FROM charged

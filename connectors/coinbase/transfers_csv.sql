/*
exchange = "coinbase"
title    = "Transfers (until 2018: purchases and sales of one coin)"
one_row  = "one purchase or sale"
streams  = ["transactions"]
step     = "1s"
ignored  = ["Share"]
[columns]
time     = { type = "time", names = ["Timestamp"] }
type     = { type = "text", names = ["Type"] }
quantity = { type = "number", match = '^(BTC|ETH|LTC|BCH|ETC|)$' }
btc      = { type = "number?", names = ["BTC"] }
eth      = { type = "number?", names = ["ETH"] }
ltc      = { type = "number?", names = ["LTC"] }
bch      = { type = "number?", names = ["BCH"] }
etc      = { type = "number?", names = ["ETC"] }
subtotal = { type = "money", names = ["Subtotal"] }
fees     = { type = "money", names = ["Fees"] }
total    = { type = "money", names = ["Total"] }
currency = { type = "text", names = ["Currency"] }
price    = { type = "money?", names = ["Price Per Coin"] }
method   = { type = "text", names = ["Payment Method"] }
id       = { type = "id?", names = ["ID"] }

The coin is the name of the third column. The total of a purchase is subtotal and fee,
that of a sale is subtotal less fee. What a card or a bank paid came in from outside and was spent.
*/
WITH told AS (
    SELECT *,
        CASE WHEN btc IS NOT NULL THEN 'BTC' WHEN eth IS NOT NULL THEN 'ETH' WHEN ltc IS NOT NULL THEN 'LTC' WHEN bch IS NOT NULL THEN 'BCH'
            WHEN etc IS NOT NULL THEN 'ETC' END AS coin,
        lower(type) = 'buy' AS buys, coalesce(NOT coinbase_is_wallet(method), true) AS outside
    FROM rows
),
parts AS (SELECT *, unnest(if(outside, [0, 1], [0])) AS n FROM told)
SELECT
    line,
    n::SMALLINT AS part,
    CASE WHEN lower(type) NOT IN ('buy', 'sell') THEN 'neither purchase nor sale: ' || type
         WHEN coin IS NULL THEN 'the column of the quantity names no coin' END AS quarantine,
    'movement' AS grain,
    CASE WHEN id IS NOT NULL THEN 'transfer' END AS namespace,
    id || if(n = 1, '/paid', '') AS row_id,
    time AS occurred_at,
    CASE WHEN n = 1 THEN 86400 END AS match_window,
    CASE WHEN n = 0 THEN 'trade' WHEN buys THEN 'deposit' ELSE 'withdrawal' END AS kind,
    type AS source_type,
    CASE WHEN n = 0 THEN coin || '/' || upper(currency) END AS market,
    CASE WHEN n = 0 THEN lower(type) END AS side,
    CASE WHEN n = 0 THEN price END AS price,
    CASE WHEN n = 0 THEN if(buys, upper(currency), coin) WHEN NOT buys THEN upper(currency) END AS out_asset,
    CASE WHEN n = 0 THEN if(buys, subtotal, abs(quantity)) WHEN NOT buys THEN abs(total) END AS out_amount,
    CASE WHEN n = 0 THEN if(buys, coin, upper(currency)) WHEN buys THEN upper(currency) END AS in_asset,
    CASE WHEN n = 0 THEN if(buys, abs(quantity), subtotal) WHEN buys THEN abs(total) END AS in_amount,
    CASE WHEN n = 0 THEN upper(currency) END AS fee_asset,
    CASE WHEN n = 0 THEN abs(fees) END AS fee_amount,
    method AS note
FROM parts

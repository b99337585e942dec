/*
exchange = "robinhood"
title    = "Crypto transaction history"
one_row  = "one purchase, sale, movement or reward"
streams  = ["transactions"]
zone     = "UTC"
zone_stated = false
step     = "1s"
[columns]
time     = { type = "time", names = ["Transaction Date"] }
type     = { type = "text", names = ["Transaction Type"] }
symbol   = { type = "text", names = ["Crypto Symbol"] }
quantity = { type = "number", names = ["Crypto Amount"] }
price    = { type = "money?", names = ["Crypto Price"] }
total    = { type = "money?", names = ["Total"] }
fee      = { type = "money?", names = ["Fee"] }
fee_code = { type = "text?", names = ["Fee Currency"] }
id       = { type = "text", names = ["Transaction ID"] }

The total is in USD, without the fee; a negative fee is a rebate.
*/
WITH worded AS (SELECT *, lower(type) AS word, upper(symbol) AS coin, coalesce(fee, 0) AS charged FROM rows)
SELECT
    line,
    CASE WHEN word IN ('buy', 'sell') AND total IS NULL THEN 'it tells no total'
         WHEN word NOT IN ('buy', 'sell', 'send', 'receive') AND NOT contains(word, 'reward') AND quantity >= 0
         THEN 'unknown type ' || type || ': it does not tell which way it went' END AS quarantine,
    'movement' AS grain,
    'transaction' AS namespace,
    nullif(id, '') AS row_id,
    time AS occurred_at,
    CASE WHEN word IN ('send', 'receive') THEN 86400 END AS match_window,
    CASE WHEN word IN ('buy', 'sell') THEN 'trade' WHEN word = 'receive' THEN 'deposit' WHEN word = 'send' THEN 'withdrawal'
         WHEN contains(word, 'reward') THEN 'reward' ELSE 'other' END AS kind,
    type AS source_type,
    CASE WHEN word IN ('buy', 'sell') THEN coin || '/USD' END AS market,
    CASE WHEN word IN ('buy', 'sell') THEN word END AS side,
    price,
    CASE WHEN word = 'buy' THEN 'USD' WHEN word IN ('sell', 'send') OR quantity < 0 THEN coin END AS out_asset,
    CASE WHEN word = 'buy' THEN abs(total) WHEN word IN ('sell', 'send') OR quantity < 0 THEN abs(quantity) END AS out_amount,
    CASE WHEN word = 'sell' THEN 'USD' WHEN word <> 'send' AND quantity > 0 THEN coin END AS in_asset,
    CASE WHEN word = 'sell' THEN abs(total) WHEN word <> 'send' AND quantity > 0 THEN quantity END AS in_amount,
    CASE WHEN charged <> 0 THEN coalesce(fee_code, 'USD') END AS fee_asset,
    charged AS fee_amount
FROM worded

/*
exchange = "revolut"
title    = "Crypto account statement"
one_row  = "one purchase, sale, payment, reward or movement of one coin, or of money at Revolut X; the file has no ids"
streams  = ["crypto"]
zone     = "UTC"
zone_stated = false
step     = "1s"
[columns]
symbol   = { type = "text", names = ["Symbol"] }
type     = { type = "text", names = ["Type"] }
quantity = { type = "number?", names = ["Quantity"] }
price    = { type = "money?", names = ["Price"] }
worth    = { type = "cash?", names = ["Value"] }
fee      = { type = "cash?", names = ["Fees"] }
time     = { type = "time", names = ["Date"], formats = ["%b %d, %Y, %I:%M:%S %p", "%d %b %Y, %H:%M:%S"] }
quantity_said = { type = "text", names = ["Quantity"] }
worth_said    = { type = "text", names = ["Value"] }
fee_said      = { type = "text", names = ["Fees"] }
[skip]
internal = "moves between the owner's own balance and staking"

The time is the account's local time, of a zone the file does not tell. Value excludes the fee, which is in the same money. A
purchase in the app is paid from the money account, whose statement is another one, and a sale is paid out to it: that money is
booked as come in or gone out (a second part of the line). At Revolut X it stays. Rows of money have no quantity, their value is
the amount. Of a payment with coins the fee is inside the quantity.
*/
WITH sided AS (
    SELECT *, lower(split_part(type, ' - ', 1)) AS word, lower(type) IN ('buy', 'sell') AS is_app, coalesce(quantity, worth) AS size,
        coalesce(fee, 0) AS charged, upper(symbol) AS coin
    FROM rows
),
parts AS (SELECT *, unnest(if(is_app, [0, 1], [0])) AS n FROM sided)
SELECT
    line,
    n::SMALLINT AS part,
    CASE WHEN word IN ('stake', 'unstake') THEN 'internal' END AS skip,
    CASE WHEN size IS NULL THEN 'neither a quantity nor a value' WHEN word IN ('buy', 'sell') AND worth IS NULL THEN 'it tells no value' END AS quarantine,
    'movement' AS grain,
    time AS occurred_at,
    CASE WHEN n = 0 AND word IN ('send', 'receive') THEN 86400 END AS match_window,
    CASE
        WHEN n = 1 THEN if(word = 'buy', 'deposit', 'withdrawal')
        WHEN word IN ('buy', 'sell') THEN 'trade'
        WHEN word = 'receive' THEN 'deposit'
        WHEN word IN ('send', 'payment') THEN 'withdrawal'
        WHEN regexp_matches(word, 'reward|cashback|interest') THEN 'reward'
        ELSE 'other'
    END AS kind,
    type AS source_type,
    CASE WHEN n = 0 AND word IN ('buy', 'sell') THEN coin || '/' || worth_asset END AS market,
    CASE WHEN n = 0 AND word IN ('buy', 'sell') THEN word END AS side,
    CASE WHEN n = 0 AND word IN ('buy', 'sell') THEN price END AS price,
    CASE WHEN n = 1 THEN if(word = 'sell', worth_asset, NULL) WHEN word = 'buy' THEN worth_asset WHEN word IN ('sell', 'send', 'payment') THEN coin END AS out_asset,
    CASE WHEN n = 1 THEN if(word = 'sell', worth - charged, NULL) WHEN word = 'buy' THEN worth WHEN word IN ('sell', 'send', 'payment') THEN size END AS out_amount,
    CASE WHEN n = 1 THEN if(word = 'buy', worth_asset, NULL) WHEN word = 'sell' THEN worth_asset WHEN word NOT IN ('send', 'payment') THEN coin END AS in_asset,
    CASE WHEN n = 1 THEN if(word = 'buy', worth + charged, NULL) WHEN word = 'sell' THEN worth WHEN word NOT IN ('send', 'payment') THEN size END AS in_amount,
    CASE WHEN n = 0 AND charged > 0 AND (word IN ('buy', 'sell') OR fee_asset = coin) THEN fee_asset END AS fee_asset,
    CASE WHEN n = 0 AND (word IN ('buy', 'sell') OR fee_asset = coin) THEN charged END AS fee_amount
FROM parts

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
booked as come in or gone out (a second part of the line). At Revolut X it stays. A payment with coins is such a sale, its money goes
to the shop. Rows of money have no quantity, their value is the amount. Nothing is signed: what an unknown type did cannot be said.
*/
WITH sided AS (
    SELECT *, lower(split_part(type, ' - ', 1)) AS word, coalesce(quantity, worth) AS size, coalesce(fee, 0) AS charged, upper(symbol) AS coin,
        lower(type) IN ('buy', 'sell') OR (lower(type) = 'payment' AND quantity IS NOT NULL AND worth IS NOT NULL) AS is_app,
        CASE WHEN lower(type) = 'payment' AND quantity IS NOT NULL AND worth IS NOT NULL THEN 'sell' WHEN word IN ('buy', 'sell') THEN word END AS side,
        word IN ('send', 'payment') AS goes, word = 'receive' OR regexp_matches(word, 'reward|cashback|interest') AS comes
    FROM rows
),
parts AS (SELECT *, unnest(if(is_app, [0, 1], [0])) AS n FROM sided)
SELECT
    line,
    n::SMALLINT AS part,
    CASE WHEN word IN ('stake', 'unstake') THEN 'internal' END AS skip,
    CASE WHEN size IS NULL THEN 'neither a quantity nor a value' WHEN side IS NOT NULL AND worth IS NULL THEN 'it tells no value'
         WHEN side IS NULL AND NOT goes AND NOT comes AND word NOT IN ('stake', 'unstake') THEN 'unknown type ' || type || ': it does not tell which way it went' END AS quarantine,
    'movement' AS grain,
    time AS occurred_at,
    CASE WHEN n = 0 AND word IN ('send', 'receive') THEN 86400 END AS match_window,
    CASE
        WHEN n = 1 THEN if(side = 'buy', 'deposit', 'withdrawal')
        WHEN side IS NOT NULL THEN 'trade'
        WHEN word = 'receive' THEN 'deposit'
        WHEN goes THEN 'withdrawal'
        WHEN comes THEN 'reward'
        ELSE 'other'
    END AS kind,
    type AS source_type,
    CASE WHEN n = 0 AND side IS NOT NULL THEN coin || '/' || worth_asset END AS market,
    CASE WHEN n = 0 THEN side END AS side,
    CASE WHEN n = 0 AND side IS NOT NULL THEN price END AS price,
    CASE WHEN n = 1 THEN if(side = 'sell', worth_asset, NULL) WHEN side = 'buy' THEN worth_asset WHEN side = 'sell' OR goes THEN coin END AS out_asset,
    CASE WHEN n = 1 THEN if(side = 'sell', worth - charged, NULL) WHEN side = 'buy' THEN worth WHEN side = 'sell' OR goes THEN size END AS out_amount,
    CASE WHEN n = 1 THEN if(side = 'buy', worth_asset, NULL) WHEN side = 'sell' THEN worth_asset WHEN NOT goes THEN coin END AS in_asset,
    CASE WHEN n = 1 THEN if(side = 'buy', worth + charged, NULL) WHEN side = 'sell' THEN worth WHEN NOT goes THEN size END AS in_amount,
    CASE WHEN n = 0 AND charged > 0 AND (side IS NOT NULL OR fee_asset = coin) THEN fee_asset END AS fee_asset,
    CASE WHEN n = 0 AND (side IS NOT NULL OR fee_asset = coin) THEN charged END AS fee_amount
FROM parts

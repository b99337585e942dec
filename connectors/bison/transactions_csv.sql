/*
exchange = "bison"
title    = "Transaction history"
one_row  = "one purchase, sale, deposit or withdrawal"
streams  = ["history"]
zone     = "UTC"
step     = "1s"
ignored  = ["Currency"]
[columns]
time    = { type = "time", match = '^Date \(UTC' }
id      = { type = "id", names = ["Transaction ID"] }
type    = { type = "text", names = ["Transaction type"] }
asset   = { type = "text", names = ["Asset"] }
euros   = { type = "number?", names = ["Eur (amount)"] }
amount  = { type = "number?", names = ["Asset (amount)"] }
price   = { type = "number?", names = ["Asset (market price)"] }
fee     = { type = "number?", names = ["Fee"] }

BISON charges no fee but a spread, which is in the price: a line with a fee is refused, as nobody says in what it is and whether it is inside the
amounts. Of money alone the asset is empty.
*/
WITH told AS (
    SELECT *, lower(trim(type)) AS word, upper(nullif(trim(asset), '')) AS coin FROM rows
),
moved AS (
    SELECT *, word IN ('buy', 'sell') AS trades, word IN ('withdraw', 'withdrawal', 'sell') AS gives, coalesce(coin, 'EUR') AS what,
        if(coin IS NULL, euros, amount) AS much
    FROM told
)
SELECT
    line,
    CASE WHEN word NOT IN ('buy', 'sell', 'deposit', 'withdraw', 'withdrawal') THEN 'unknown type ' || type || ': nobody can say which way it went'
         WHEN coalesce(fee, 0) <> 0 THEN 'a fee: in what it is, and whether it is inside the amounts, is not known'
         WHEN trades AND coin IS NULL THEN 'nothing was traded'
         WHEN coalesce(much, 0) <= 0 OR trades AND coalesce(euros, 0) <= 0 THEN 'no amount' END AS quarantine,
    'movement' AS grain,
    'transaction' AS namespace,
    id AS row_id,
    time AS occurred_at,
    CASE WHEN NOT trades THEN 86400 END AS match_window,
    CASE WHEN trades THEN 'trade' WHEN gives THEN 'withdrawal' ELSE 'deposit' END AS kind,
    type AS source_type,
    CASE WHEN trades THEN coin || '/EUR' END AS market,
    CASE WHEN trades THEN word END AS side,
    CASE WHEN trades THEN price END AS price,
    CASE WHEN gives THEN what WHEN trades THEN 'EUR' END AS out_asset,
    CASE WHEN gives THEN much WHEN trades THEN euros END AS out_amount,
    CASE WHEN NOT gives THEN what WHEN trades THEN 'EUR' END AS in_asset,
    CASE WHEN NOT gives THEN much WHEN trades THEN euros END AS in_amount
FROM moved

/*
exchange = "coinex"
title    = "Asset history"
one_row  = "one change of one balance; of a trade what was given, what was gotten and the fee are lines of their own"
streams  = ["history"]
zone     = "UTC"
zone_stated = false
step     = "1s"
[columns]
time      = { type = "time", names = ["Time"] }
operation = { type = "text", names = ["Operation"] }
coin      = { type = "text", names = ["Coin"] }
change    = { type = "number", names = ["Asset change"] }
[skip]
nothing_moved = "the balance did not change"

The change is signed. A fee is called a trade, too: it is told from what was given by its coin, which came in the same second, and by its size, or
by being CET beside another coin that was given. The export may have further columns, which no description names. There are no ids, and equal lines
are changes of their own.
*/
WITH told AS (
    SELECT *, upper(trim(coin)) AS asset, lower(trim(operation)) AS word FROM rows
),
seconds AS (
    SELECT *, sum(change) FILTER (change > 0 AND word = 'trade') OVER (PARTITION BY time, asset) AS came_of_it,
        count(*) FILTER (change < 0 AND word = 'trade' AND asset <> 'CET') OVER (PARTITION BY time) AS given_else,
        count(*) FILTER (change > 0 AND word = 'trade') OVER (PARTITION BY time) AS gotten
    FROM told
),
judged AS (
    SELECT *, word = 'trade' AND change < 0 AND (coalesce(-change <= came_of_it * 0.02, false) OR asset = 'CET' AND given_else > 0 AND gotten > 0) AS is_fee
    FROM seconds
)
SELECT
    line,
    CASE WHEN change = 0 THEN 'nothing_moved' END AS skip,
    'statement' AS grain,
    time AS occurred_at,
    CASE WHEN word IN ('deposit', 'withdraw', 'withdrawal') THEN 86400 END AS match_window,
    CASE WHEN is_fee THEN 'fee' WHEN word = 'trade' THEN 'trade' WHEN word = 'deposit' AND change > 0 THEN 'deposit'
         WHEN word IN ('withdraw', 'withdrawal') AND change < 0 THEN 'withdrawal' WHEN contains(word, 'transfer') THEN 'transfer' ELSE 'other' END AS kind,
    operation AS source_type,
    CASE WHEN change < 0 AND NOT is_fee THEN asset END AS out_asset,
    CASE WHEN change < 0 AND NOT is_fee THEN -change END AS out_amount,
    CASE WHEN change > 0 THEN asset END AS in_asset,
    CASE WHEN change > 0 THEN change END AS in_amount,
    CASE WHEN is_fee THEN asset END AS fee_asset,
    CASE WHEN is_fee THEN -change END AS fee_amount
FROM judged

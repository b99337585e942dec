/*
exchange = "relai"
title    = "Transactions (Relai)"
one_row  = "one purchase or sale of bitcoin, with the money from the bank and the coins to the owner's wallet"
streams  = ["history"]
zone     = "UTC"
step     = "1s"
ignored  = ["Counterparty", "Currency Pair"]
[columns]
time        = { type = "time", names = ["Date"] }
type        = { type = "text", names = ["Transaction Type"] }
amount      = { type = "number", names = ["BTC Amount"] }
price       = { type = "number?", names = ["BTC Price"] }
money       = { type = "number", names = ["Fiat Amount (excl. fees)"] }
currency    = { type = "text", names = ["Fiat Currency"] }
fee         = { type = "number?", names = ["Fee"] }
fee_unit    = { type = "text?", names = ["Fee Currency"] }
destination = { type = "text?", names = ["Destination"] }
operation   = { type = "id?", names = ["Operation ID"] }

Relai keeps neither coins nor money: what a trade needs comes in with it, and what it brings goes out. A purchase costs its fee on top. Of a sale the
price decides whether the fee is still in the money; where it cannot, the line is refused.
*/
WITH told AS (
    SELECT *, lower(trim(type)) = 'buy' AS buys, upper(trim(currency)) AS fiat, coalesce(fee, 0) AS charged, amount::DOUBLE * price::DOUBLE AS worth
    FROM rows
),
weighed AS (
    SELECT *, CASE WHEN buys OR charged = 0 THEN money WHEN abs(worth - money) < charged * 0.5 THEN money
        WHEN abs(worth - money - charged) < charged * 0.5 THEN money + charged END AS gross
    FROM told
),
parts AS (SELECT *, unnest([0, 1, 2]) AS n, if(buys, money + charged, gross - charged) AS paid FROM weighed)
SELECT
    line,
    n::SMALLINT AS part,
    CASE WHEN lower(trim(type)) NOT IN ('buy', 'sell') THEN 'unknown type ' || type || ': nobody can say what moved'
         WHEN amount <= 0 OR money <= 0 THEN 'no amount'
         WHEN charged <> 0 AND upper(trim(fee_unit)) <> fiat THEN 'a fee in ' || fee_unit || ', the money is ' || fiat
         WHEN gross IS NULL THEN 'whether the fee is inside the money is not to be told' END AS quarantine,
    'movement' AS grain,
    CASE WHEN coalesce(operation, '') <> '' THEN 'operation' END AS namespace,
    nullif(operation, '') || ['', '/in', '/out'][n + 1] AS row_id,
    time AS occurred_at,
    CASE WHEN n > 0 THEN 86400 END AS match_window,
    ['trade', 'deposit', 'withdrawal'][n + 1] AS kind,
    type AS source_type,
    'BTC/' || fiat AS market,
    if(buys, 'buy', 'sell') AS side,
    price,
    CASE n WHEN 0 THEN if(buys, fiat, 'BTC') WHEN 2 THEN if(buys, 'BTC', fiat) END AS out_asset,
    CASE n WHEN 0 THEN if(buys, money, amount) WHEN 2 THEN if(buys, amount, paid) END AS out_amount,
    CASE n WHEN 0 THEN if(buys, 'BTC', fiat) WHEN 1 THEN if(buys, fiat, 'BTC') END AS in_asset,
    CASE n WHEN 0 THEN if(buys, amount, gross) WHEN 1 THEN if(buys, paid, amount) END AS in_amount,
    CASE WHEN n = 0 AND charged <> 0 THEN fiat END AS fee_asset,
    CASE WHEN n = 0 THEN charged ELSE 0 END AS fee_amount,
    nullif(destination, '') AS note
FROM parts

/*
exchange = "kraken"
title    = "BalanceEx"
source   = "api"
one_row  = "what the account holds under one code"
streams  = ["balances"]
books    = false
step     = "1s"
rows     = "result?{}"
ignored  = ["hold_trade", "credit", "credit_used"]
[columns]
key     = "text"
itself  = { type = "text", path = "." }
balance = "number?"

Balance, the older call, gives the amount where BalanceEx gives an object. An account that never held anything has no result.
What is held for orders is inside the balance. Codes of one asset and wallet (XBT.M, XBT.F) are lines of their own.
*/
WITH held AS (
    SELECT line, fetched_at, key AS code, coalesce(balance, try_cast(itself AS DECIMAL(38,18))) AS amount FROM rows
)
SELECT
    line,
    CASE WHEN amount IS NULL THEN 'no balance' END AS quarantine,
    'balance' AS grain,
    fetched_at AS occurred_at,
    kraken_wallet(code) AS wallet,
    kraken_asset(code) AS in_asset,
    amount AS in_amount
FROM held

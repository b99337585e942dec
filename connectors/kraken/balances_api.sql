/*
exchange = "kraken"
title    = "BalanceEx"
source   = "api"
one_row  = "what the account holds under one code"
streams  = ["balances"]
books    = false
step     = "1s"
rows     = "result?{}"
[columns]
itself  = { type = "text", path = "." }
balance = "number?"
[skip]
same_holding = "counted in the first line of the same asset and wallet"

Balance, the older call, gives the amount where BalanceEx gives an object. An account that never held anything has no result.
*/
WITH held AS (
    SELECT line, page, fetched_at, kraken_asset(key) AS asset, kraken_wallet(key) AS wallet,
        coalesce(balance, TRY_CAST(itself AS DECIMAL(38,18))) AS amount
    FROM rows
)
SELECT
    line,
    CASE WHEN row_number() OVER holding > 1 THEN 'same_holding' END AS skip,
    CASE WHEN amount IS NULL THEN 'no balance' END AS quarantine,
    'balance' AS grain,
    fetched_at AS occurred_at,
    wallet,
    asset AS in_asset,
    sum(amount) OVER (PARTITION BY page, wallet, asset) AS in_amount
FROM held
WINDOW holding AS (PARTITION BY page, wallet, asset ORDER BY line)

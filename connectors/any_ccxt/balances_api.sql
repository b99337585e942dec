/*
exchange = "any_ccxt"
title    = "fetchBalance"
source   = "api"
one_row  = "the balance of one asset in one part of the account; several parts add up"
streams  = ["balances"]
books    = false
zone     = "UTC"
step     = "1s"
rows     = "balances[]"
[columns]
currency = "text"
total    = "number?"
free     = "number?"
used     = "number?"
*/
SELECT
    line,
    CASE WHEN coalesce(total, free + used) IS NULL THEN 'no total' END AS quarantine,
    'balance' AS grain,
    fetched_at AS occurred_at,
    'other' AS kind,
    upper(currency) AS in_asset,
    coalesce(total, free + used) AS in_amount
FROM rows

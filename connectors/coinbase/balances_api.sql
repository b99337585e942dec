/*
exchange = "coinbase"
title    = "GET /v2/accounts"
source   = "api"
one_row  = "the balance of one account; an asset held in several portfolios has several rows, which add up"
streams  = ["balances"]
books    = false
zone     = "UTC"
step     = "1s"
rows     = "data[]"
[columns]
id         = "text"
amount     = { type = "number?", path = "balance.amount" }
value      = { type = "number?", path = "balance.value" }
currency   = { type = "text", path = "balance.currency" }
created_at = "text?"
[skip]
never_used = "every supported asset is listed; one never held has its code for an id, no date and nothing in it"
*/
SELECT
    line,
    CASE WHEN id = currency AND created_at IS NULL AND coalesce(amount, value) = 0 THEN 'never_used' END AS skip,
    CASE WHEN amount IS NULL AND value IS NULL THEN 'the account tells no balance' END AS quarantine,
    'balance' AS grain,
    fetched_at AS occurred_at,
    'other' AS kind,
    coinbase_wallet(currency) AS wallet,
    coinbase_asset(currency) AS in_asset,
    coalesce(amount, value) AS in_amount
FROM rows

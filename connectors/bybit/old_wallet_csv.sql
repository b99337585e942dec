/*
exchange = "bybit"
title    = "Deposits and transfers (2022)"
one_row  = "one deposit or one move between accounts"
streams  = ["deposits", "funding"]
step     = "1s"
[columns]
type    = { type = "text", names = ["Type"] }
coin    = { type = "text", names = ["Coin"] }
amount  = { type = "number", names = ["Amount"] }
balance = { type = "number", names = ["Wallet Balance"] }
time    = { type = "time", match = '^Time' }

Amounts carry no sign, and the type says the direction: an internal transfer 'deposit' comes into this account.
*/
WITH told AS (
    SELECT *, CASE
        WHEN lower(type) = 'userdeposit' THEN 'deposit'
        WHEN lower(type) IN ('userwithdraw', 'userwithdrawal') THEN 'withdrawal'
        WHEN lower(type) IN ('internalaccounttransferdeposit', 'internalaccounttransferwithdrawal') THEN 'transfer'
        ELSE 'other' END AS kind,
        amount < 0 OR lower(type) LIKE '%withdraw%' AS leaves
    FROM rows
)
SELECT
    line,
    CASE WHEN kind = 'other' AND amount > 0 THEN 'nothing tells whether this came or went: ' || type END AS quarantine,
    'movement' AS grain,
    time AS occurred_at,
    CASE WHEN kind IN ('deposit', 'withdrawal') THEN 86400 END AS match_window,
    kind,
    type AS source_type,
    'funding' AS wallet,
    CASE WHEN leaves THEN upper(coin) END AS out_asset,
    CASE WHEN leaves THEN abs(amount) END AS out_amount,
    CASE WHEN NOT leaves THEN upper(coin) END AS in_asset,
    CASE WHEN NOT leaves THEN amount END AS in_amount
FROM told

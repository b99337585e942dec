/*
exchange = "blockfi"
title    = "All transactions"
one_row  = "one change of one balance; the file has no ids, and equal lines are changes of their own"
streams  = ["transactions"]
zone     = "UTC"
step     = "1s"
ignored  = ["Exchange Rate Per Coin (USD)"]
[columns]
cryptocurrency   = { type = "text", names = ["Cryptocurrency"] }
amount           = { type = "number", names = ["Amount"] }
transaction_type = { type = "text", names = ["Transaction Type"] }
time             = { type = "time?", names = ["Confirmed At"] }
confirmed_at     = { type = "text", names = ["Confirmed At"] }
[skip]
not_confirmed = "not confirmed yet; its line comes with a time when it is"
internal      = "moves between the owner's wallet and interest account at BlockFi"

Amounts are signed. A trade is two lines of one second, which the trade report tells as one row: they meet by time. A withdrawal's
fee is a line of its own.
*/
SELECT
    line,
    CASE WHEN time IS NULL THEN 'not_confirmed' WHEN transaction_type IN ('BIA Withdraw', 'BIA Deposit') THEN 'internal' END AS skip,
    'statement' AS grain,
    time AS occurred_at,
    CASE WHEN kind IN ('deposit', 'withdrawal') THEN 86400 END AS match_window,
    kind,
    transaction_type AS source_type,
    CASE WHEN kind <> 'fee' AND amount < 0 THEN upper(cryptocurrency) END AS out_asset,
    CASE WHEN kind <> 'fee' AND amount < 0 THEN -amount END AS out_amount,
    CASE WHEN kind <> 'fee' AND amount > 0 THEN upper(cryptocurrency) END AS in_asset,
    CASE WHEN kind <> 'fee' AND amount > 0 THEN amount END AS in_amount,
    CASE WHEN kind = 'fee' THEN upper(cryptocurrency) END AS fee_asset,
    CASE WHEN kind = 'fee' THEN abs(amount) END AS fee_amount
FROM (
    SELECT *, CASE
        WHEN transaction_type IN ('Deposit', 'Wire Deposit', 'ACH Deposit', 'Withdrawal', 'Wire Withdrawal', 'ACH Withdrawal', 'Crypto Transfer')
            THEN if(amount < 0, 'withdrawal', 'deposit')
        WHEN transaction_type = 'Withdrawal Fee' THEN 'fee'
        WHEN transaction_type IN ('Trade', 'Ach Trade', 'ACH Trade') THEN 'trade'
        WHEN transaction_type IN ('Interest Payment', 'Bonus Payment', 'Referral Bonus', 'Cc Rewards Redemption', 'Cc Trading Rebate') THEN 'reward'
        ELSE 'other'
    END AS kind
    FROM rows
)

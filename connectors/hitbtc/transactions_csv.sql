/*
exchange = "hitbtc"
title    = "Transactions (payment history)"
one_row  = "one deposit, withdrawal or move between accounts; no fees are told"
streams  = ["deposits", "withdrawals"]
zone     = "UTC"
step     = "1s"
ignored  = ["Email", "Main account balance"]
untold_fees = ["withdrawal"]
[columns]
time     = { type = "time", match = '^Date \(.*\)$' }
id       = { type = "text", names = ["Operation id"] }
type     = { type = "text", names = ["Type"] }
amount   = { type = "number", names = ["Amount"] }
tx_hash  = { type = "text", names = ["Transaction hash"] }
currency = { type = "text", names = ["Currency"] }
[skip]
never_sent = "a deposit or withdrawal without a hash failed: no balance changed"
internal   = "moves between the main and the trading account of the same owner"

Withdrawals may have a blank type. The oldest files have no currency column and cannot be read.
*/
WITH worded AS (
    SELECT *, CASE WHEN lower(type) IN ('withdraw', 'withdrawal', 'payout', '') THEN 'withdrawal' WHEN lower(type) IN ('deposit', 'payin') THEN 'deposit'
                   WHEN contains(lower(type), 'transfer') OR contains(lower(type), 'account') THEN 'internal' ELSE 'other' END AS word
    FROM rows
)
SELECT
    line,
    CASE WHEN word = 'internal' THEN 'internal' WHEN word IN ('deposit', 'withdrawal') AND tx_hash = '' THEN 'never_sent' END AS skip,
    'movement' AS grain,
    'operation' AS namespace,
    id AS row_id,
    nullif(tx_hash, '') AS tx_hash,
    time AS occurred_at,
    CASE WHEN word IN ('deposit', 'withdrawal') THEN 86400 END AS match_window,
    CASE WHEN word = 'internal' THEN 'transfer' ELSE word END AS kind,
    CASE WHEN type = '' THEN 'Withdraw' ELSE type END AS source_type,
    CASE WHEN word = 'withdrawal' OR (word = 'other' AND amount < 0) THEN upper(currency) END AS out_asset,
    CASE WHEN word = 'withdrawal' OR (word = 'other' AND amount < 0) THEN abs(amount) END AS out_amount,
    CASE WHEN word = 'deposit' OR (word = 'other' AND amount > 0) THEN upper(currency) END AS in_asset,
    CASE WHEN word = 'deposit' OR (word = 'other' AND amount > 0) THEN abs(amount) END AS in_amount
FROM worded

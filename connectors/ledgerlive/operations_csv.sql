/*
exchange = "ledgerlive"
title    = "Operations history"
one_row  = "one operation of one account of the wallet"
streams  = ["operations"]
zone     = "UTC"
step     = "1ms"
ignored  = ["Countervalue Ticker", "Countervalue at Operation Date", "Countervalue at CSV Export"]
[columns]
time    = { type = "time", names = ["Operation Date"] }
status  = { type = "text?", names = ["Status"] }
code    = { type = "text", names = ["Currency Ticker"] }
type    = { type = "text", names = ["Operation Type"] }
amount  = { type = "number", names = ["Operation Amount"] }
fee     = { type = "number?", names = ["Operation Fees"] }
hash    = { type = "text", names = ["Operation Hash"] }
account = { type = "text", names = ["Account Name"] }
xpub    = { type = "text?", names = ["Account xpub", "Account id"] }
[skip]
not_confirmed = "not confirmed, or failed: no balance changed"
no_asset      = "an NFT, which is no balance of a coin"

A wallet, no exchange. Amounts are not signed. What went out has the network fee in it; what came in was credited whole, its fee was
the sender's. Operations that only cost a fee have it as their amount; of any other type nobody knows which way its amount went. Each
account is a wallet; one transaction between two of them is a line in each.
*/
WITH worded AS (
    SELECT *, upper(type) AS word, coalesce(fee, 0) AS charged,
        upper(type) IN ('FEES', 'REVEAL', 'BOND', 'UNBOND', 'WITHDRAW_UNBONDED', 'DELEGATE', 'UNDELEGATE', 'APPROVE', 'OPT_IN', 'OPT_OUT') AS is_cost
    FROM rows
)
SELECT
    line,
    CASE WHEN status IS NOT NULL AND lower(status) <> 'confirmed' THEN 'not_confirmed' WHEN starts_with(word, 'NFT_') THEN 'no_asset' END AS skip,
    CASE WHEN (status IS NULL OR lower(status) = 'confirmed') AND NOT starts_with(word, 'NFT_') AND NOT is_cost
              AND word NOT IN ('IN', 'OUT', 'REWARD', 'REWARD_PAYOUT') THEN 'nothing tells whether this came or went: ' || type END AS quarantine,
    'movement' AS grain,
    'operation' AS namespace,
    concat_ws(':', hash, account, code, word) AS row_id,
    nullif(hash, '') AS tx_hash,
    time AS occurred_at,
    CASE WHEN word IN ('IN', 'OUT') THEN 86400 END AS match_window,
    CASE WHEN word = 'IN' THEN 'deposit' WHEN word = 'OUT' THEN 'withdrawal' WHEN word IN ('REWARD', 'REWARD_PAYOUT') THEN 'reward' WHEN is_cost THEN 'fee'
         ELSE 'other' END AS kind,
    type AS source_type,
    account AS wallet,
    CASE WHEN word = 'OUT' OR (is_cost AND amount > charged) THEN upper(code) END AS out_asset,
    CASE WHEN word = 'OUT' OR (is_cost AND amount > charged) THEN greatest(amount - charged, 0) END AS out_amount,
    CASE WHEN word <> 'OUT' AND NOT is_cost THEN upper(code) END AS in_asset,
    CASE WHEN word <> 'OUT' AND NOT is_cost THEN amount END AS in_amount,
    CASE WHEN (word = 'OUT' OR is_cost) AND charged <> 0 THEN upper(code) END AS fee_asset,
    if(word = 'OUT' OR is_cost, charged, 0) AS fee_amount
FROM worded

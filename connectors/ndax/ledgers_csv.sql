/*
exchange = "ndax"
title    = "Ledgers (report)"
one_row  = "one change of one balance; fees are lines of their own"
streams  = ["trades", "deposits", "withdrawals"]
zone     = "UTC"
step     = "1ms"
balance  = "balance"
balance_per = ["asset"]
ignored  = ["ASSET_CLASS"]
[columns]
asset   = { type = "text", names = ["ASSET"] }
amount  = { type = "number", names = ["AMOUNT"] }
balance = { type = "number", names = ["BALANCE"] }
type    = { type = "text", names = ["TYPE"] }
tx_id   = { type = "id", names = ["TX_ID"] }
time    = { type = "time", names = ["DATE"] }
[skip]
nothing_moved = "the change is 0"

Amounts are signed. A type may have a second word: `TRADE / FEE`, `STAKING / REWARD`. The lines of a trade, and those of a sweep of small
balances, share TX_ID, which is NDAX's own number and no hash of a chain. What is staked leaves this ledger and comes back to it. Empty lines fill the report up.
*/
WITH told AS (
    SELECT *, upper(trim(split_part(type, '/', 1))) AS word, upper(trim(split_part(type, '/', 2))) AS second FROM rows
),
kinds AS (
    SELECT *, CASE
        WHEN second = 'FEE' THEN 'fee'
        WHEN word = 'TRADE' THEN 'trade'
        WHEN word = 'DUST' THEN 'conversion'
        WHEN word = 'STAKING' AND second = 'REWARD' THEN 'reward'
        WHEN word = 'STAKING' AND second IN ('DEPOSIT', 'REFUND') THEN 'transfer'
        WHEN word = 'DEPOSIT' THEN 'deposit'
        WHEN word IN ('WITHDRAW', 'WITHDRAWAL') THEN 'withdrawal'
        ELSE 'other' END AS kind
    FROM told
)
SELECT
    line,
    CASE WHEN amount = 0 THEN 'nothing_moved' END AS skip,
    'statement' AS grain,
    CASE WHEN tx_id <> '' AND word IN ('TRADE', 'DUST', 'WITHDRAW', 'WITHDRAWAL', 'DEPOSIT') THEN lower(word) || ':' || tx_id END AS event_id,
    time AS occurred_at,
    CASE WHEN kind IN ('deposit', 'withdrawal') THEN 86400 END AS match_window,
    kind,
    type AS source_type,
    CASE WHEN kind <> 'fee' AND amount < 0 THEN upper(asset) END AS out_asset,
    CASE WHEN kind <> 'fee' AND amount < 0 THEN -amount END AS out_amount,
    CASE WHEN kind <> 'fee' AND amount > 0 THEN upper(asset) END AS in_asset,
    CASE WHEN kind <> 'fee' AND amount > 0 THEN amount END AS in_amount,
    CASE WHEN kind = 'fee' THEN upper(asset) END AS fee_asset,
    CASE WHEN kind = 'fee' THEN -amount END AS fee_amount
FROM kinds

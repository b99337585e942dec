/*
exchange = "kraken"
title    = "Ledgers"
source   = "csv"
one_row  = "one movement of one asset"
streams  = ["ledger"]
step     = "1s"
ignored  = ["aclass", "subclass", "amountusd", "feeusd", "balanceusd", "feecurrency"]
balance  = "balance"
balance_per = ["asset", "wallet"]
[columns]
txid    = "text"
refid   = "text"
time    = "time"
type    = "text"
subtype = "text?"
asset   = "text"
wallet  = "text?"
amount  = "number"
fee     = "number"
balance = "number?"
[skip]
pending_duplicate = "a request that has no ledger id yet; the movement it led to is a line of its own, with one"
nothing_moved     = "amount and fee are 0"

The same rows as the API's Ledgers, by the same ids. Newer exports name the wallet, the API never does: it stays unread, so
that one id says one thing. Files of early 2024 write every fee below zero. In all others only a failed payout's return has such a fee.
*/
WITH writing AS (
    SELECT max(fee) <= 0 AND bool_or(fee < 0 AND type IN ('trade', 'spend', 'receive')) AS below_zero FROM rows
),
signed AS (
    SELECT rows.* REPLACE (if(below_zero, -fee, fee) AS fee) FROM rows CROSS JOIN writing
)
SELECT
    line,
    CASE
        WHEN coalesce(txid, '') = '' THEN 'pending_duplicate'
        WHEN amount = 0 AND fee = 0 THEN 'nothing_moved'
    END AS skip,
    'movement' AS grain,
    'ledger' AS namespace,
    txid AS row_id,
    kraken_event(type, subtype, refid, asset, amount, time) AS event_id,
    time AS occurred_at,
    CASE WHEN type IN ('deposit', 'withdrawal') THEN 86400 END AS match_window,
    kraken_kind(type, coalesce(subtype, ''), asset, amount, fee) AS kind,
    kraken_source_type(type, coalesce(subtype, '')) AS source_type,
    kraken_wallet(asset) AS wallet,
    CASE WHEN amount < 0 THEN kraken_asset(asset) END AS out_asset,
    CASE WHEN amount < 0 THEN -amount END AS out_amount,
    CASE WHEN amount > 0 THEN kraken_asset(asset) END AS in_asset,
    CASE WHEN amount > 0 THEN amount END AS in_amount,
    CASE WHEN fee <> 0 THEN kraken_asset(asset) END AS fee_asset,
    fee AS fee_amount
FROM signed

/*
exchange = "koinly"
title    = "Koinly universal (also CoinTracker's form)"
one_row  = "one event: what was sent, what was received"
streams  = ["history"]
step     = "1s"
ignored  = ["Net Worth Amount", "Net Worth Currency", "Sent Cost Basis", "Received Cost Basis", "TxSrc", "TxDest", "Transaction Type"]
[columns]
time            = { type = "time", names = ["Date", "Koinly Date"], formats = [["%m/%d/%Y %H:%M:%S", "%d/%m/%Y %H:%M:%S"], "%Y-%m-%d"] }
type            = { type = "text?", names = ["Type"] }
sent            = { type = "money?", names = ["Sent Amount", "Sent Quantity"] }
sent_asset      = { type = "text", names = ["Sent Currency"] }
received        = { type = "money?", names = ["Received Amount", "Received Quantity"] }
received_asset  = { type = "text", names = ["Received Currency"] }
fee             = { type = "money?", names = ["Fee Amount"] }
fee_asset       = { type = "text?", names = ["Fee Currency"] }
label           = { type = "text?", names = ["Label", "Tag"] }
description     = { type = "text?", names = ["Description"] }
hash            = { type = "text?", names = ["TxHash", "Transaction Hash", "Transaction ID"] }
[skip]
nothing_moved = "neither side has an amount"

The fee is on top of what was sent. An amount of one asset that was both sent and received is a move between wallets.
*/
WITH told AS (
    SELECT *, lower(coalesce(label, '')) AS word, lower(coalesce(type, '')) AS what, coalesce(sent, 0) <> 0 AS goes, coalesce(received, 0) <> 0 AS comes FROM rows
),
kinds AS (
    SELECT *, CASE
        WHEN goes AND comes AND (upper(sent_asset) = upper(received_asset) OR what = 'transfer') THEN 'transfer'
        WHEN regexp_matches(word, 'liquidat') THEN 'liquidation'
        -- what is borrowed and given back is no income and no loss
        WHEN regexp_matches(word, '^(margin )?(loan|loan repayment|repayment|collateral)$') THEN 'transfer'
        WHEN regexp_matches(word, 'margin|realized|futures|profit|loss') THEN 'margin'
        WHEN goes AND comes AND regexp_matches(word, 'swap|convert') THEN 'conversion'
        WHEN goes AND comes THEN 'trade'
        WHEN comes AND regexp_matches(word, 'rebate|cashback') THEN 'rebate'
        WHEN comes AND regexp_matches(word, 'reward|staking|airdrop|mining|income|interest|fork|bonus|salary|gift|lending|dividend') THEN 'reward'
        WHEN goes AND regexp_matches(word, 'lost|stolen|burn') THEN 'adjustment'
        WHEN goes AND regexp_matches(word, 'fee') THEN 'fee'
        WHEN goes AND word IN ('', 'withdrawal', 'gift', 'donation', 'cost', 'payment', 'spend', 'interest payment', 'loan fee', 'send', 'to pool', 'deposit to pool') THEN 'withdrawal'
        WHEN comes AND word IN ('', 'deposit', 'receive') THEN 'deposit'
        ELSE 'other' END AS kind
    FROM told
)
SELECT
    line,
    CASE WHEN NOT goes AND NOT comes AND coalesce(fee, 0) = 0 THEN 'nothing_moved' END AS skip,
    'movement' AS grain,
    hash AS tx_hash,
    time AS occurred_at,
    CASE WHEN kind IN ('deposit', 'withdrawal') THEN 86400 END AS match_window,
    kind,
    nullif(concat_ws('/', nullif(what, ''), nullif(word, '')), '') AS source_type,
    CASE WHEN goes THEN upper(sent_asset) END AS out_asset,
    CASE WHEN goes THEN abs(sent) END AS out_amount,
    CASE WHEN comes THEN upper(received_asset) END AS in_asset,
    CASE WHEN comes THEN abs(received) END AS in_amount,
    CASE WHEN fee IS NOT NULL THEN upper(fee_asset) END AS fee_asset,
    fee AS fee_amount,
    description AS note
FROM kinds

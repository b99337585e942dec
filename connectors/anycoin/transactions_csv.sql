/*
exchange = "anycoin"
title    = "Transactions"
one_row  = "one change of one balance; the two of a trade share an order id"
streams  = ["transactions"]
zone     = "UTC"
step     = "1ms"
ragged   = true
[columns]
time     = { type = "time", names = ["Date"] }
type     = { type = "text", names = ["Type"] }
amount   = { type = "number", names = ["Amount"] }
code     = { type = "text", names = ["Currency"] }
order_id = { type = "text", names = ["Order ID"] }
tx_id    = { type = "text?", names = ["anycoin TX ID"] }
[skip]
held = "a withdrawal's or a payment's hold and its release; the withdrawal, the payment is a line of its own"

Amounts are signed. Rows without an order may be shorter than the header. Coins that are staked have .S behind their name (ETH2.S is
staked ETH): the wallet `staking`. A refunded trade gives its payment back under the same order.
*/
WITH worded AS (
    SELECT * REPLACE (nullif(order_id, '') AS order_id), lower(replace(type, '_', ' ')) AS word, upper(regexp_replace(regexp_replace(code, '\.S$', ''), '^ETH2$', 'ETH')) AS asset,
        ends_with(code, '.S') AS staked
    FROM rows
)
SELECT
    line,
    CASE WHEN word IN ('withdrawal block', 'withdrawal unblock', 'payment block', 'payment block refund') THEN 'held' END AS skip,
    'movement' AS grain,
    CASE WHEN tx_id IS NOT NULL THEN 'transaction' END AS namespace,
    tx_id AS row_id,
    CASE WHEN order_id IS NOT NULL THEN 'order:' || order_id END AS event_id,
    order_id,
    time AS occurred_at,
    CASE WHEN word IN ('deposit', 'withdrawal') THEN 86400 END AS match_window,
    CASE
        WHEN word IN ('deposit', 'withdrawal') THEN word
        WHEN word IN ('trade payment', 'trade fill', 'trade refund') THEN 'trade'
        WHEN word IN ('stake', 'unstake') THEN 'transfer'
        WHEN word IN ('stake reward', 'referral', 'affiliate', 'cashback') THEN 'reward'
        ELSE 'other'
    END AS kind,
    type AS source_type,
    CASE WHEN staked THEN 'staking' ELSE 'spot' END AS wallet,
    CASE WHEN amount < 0 THEN asset END AS out_asset,
    CASE WHEN amount < 0 THEN -amount END AS out_amount,
    CASE WHEN amount > 0 THEN asset END AS in_asset,
    CASE WHEN amount > 0 THEN amount END AS in_amount
FROM worded

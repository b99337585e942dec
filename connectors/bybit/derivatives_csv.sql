/*
exchange = "bybit"
title    = "Derivatives transaction log (before the unified account; newest first)"
one_row  = "one change of a derivatives balance"
streams  = ["futures"]
step     = "1s"
ignored  = ["Quantity", "Position", "Filled Price", "Fee Rate", "Direction", "Cash Flow"]
balance  = "balance"
balance_per = ["currency"]
blank    = ["--"]
[columns]
time     = { type = "time", names = ["Time"] }
currency = { type = "text", names = ["Currency"] }
contract = { type = "text?", names = ["Contract"] }
type     = { type = "text", names = ["Type"] }
funding  = { type = "number?", names = ["Funding"] }
fee      = { type = "number?", names = ["Fee Paid"] }
change   = { type = "number", names = ["Change"] }
balance  = { type = "number?", names = ["Wallet Balance"] }
trade_id = { type = "id", names = ["Trade ID"] }
order_id = { type = "id", names = ["Order ID"] }
[skip]
nothing_moved = "the change is 0"

The change is the result less fee and funding, both of which are positive where they cost; the fee is told apart here.
*/
WITH told AS (
    SELECT *, coalesce(fee, 0) AS cost, change + coalesce(fee, 0) AS leg, CASE
        WHEN lower(type) = 'trade' THEN 'margin'
        WHEN lower(type) IN ('funding', 'settlement') THEN 'funding'
        WHEN lower(type) = 'liquidation' THEN 'liquidation'
        WHEN lower(type) IN ('transferin', 'transferout', 'transfer in', 'transfer out') THEN 'transfer'
        ELSE 'other' END AS kind
    FROM rows
)
SELECT
    line,
    CASE WHEN change = 0 AND cost = 0 THEN 'nothing_moved' END AS skip,
    'movement' AS grain,
    CASE WHEN trade_id NOT IN ('', '--') THEN 'derivative fill' END AS namespace,
    CASE WHEN trade_id NOT IN ('', '--') THEN concat_ws('/', trade_id, currency, lower(type)) END AS row_id,
    CASE WHEN order_id NOT IN ('', '--') THEN order_id END AS order_id,
    time AS occurred_at,
    kind,
    type AS source_type,
    'derivatives' AS wallet,
    CASE WHEN leg < 0 THEN upper(currency) END AS out_asset,
    CASE WHEN leg < 0 THEN -leg END AS out_amount,
    CASE WHEN leg > 0 THEN upper(currency) END AS in_asset,
    CASE WHEN leg > 0 THEN leg END AS in_amount,
    CASE WHEN cost <> 0 THEN upper(currency) END AS fee_asset,
    CASE WHEN cost <> 0 THEN cost END AS fee_amount,
    contract AS note
FROM told

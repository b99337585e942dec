/*
exchange = "bitget"
title    = "Futures transactions"
one_row  = "one change of the futures account's balance with its fee"
streams  = ["futures"]
zone     = "UTC"
zone_stated = false
step     = "1s"
balance  = "balance"
balance_per = ["coin"]
ignored  = ["Margin Mode"]
[columns]
time     = { type = "time", names = ["Date"] }
order_id = { type = "text", names = ["Order"] }
coin     = { type = "text", names = ["Coin"] }
contract = { type = "text", names = ["Futures"] }
type     = { type = "text", names = ["Type"] }
amount   = { type = "number", names = ["Amount"] }
fee      = { type = "number?", names = ["Fee"] }
balance  = { type = "number?", names = ["Wallet balance"] }
[skip]
nothing_moved = "neither an amount nor a fee: a position was opened, which moves no money"

The amount is signed: of a closed position it is the result, of an opened one 0. The fee is negative and comes on top of it.
*/
WITH told AS (
    SELECT *, upper(trim(coin)) AS asset, bitget_kind(trim(type)) AS kind, coalesce(fee, 0) AS charge FROM rows
)
SELECT
    line,
    CASE WHEN amount = 0 AND charge = 0 THEN 'nothing_moved' END AS skip,
    CASE WHEN charge > 0 THEN 'a fee that is not negative: nobody says whether it was charged or given' END AS quarantine,
    'statement' AS grain,
    CASE WHEN kind = 'transfer' THEN moved_event(date_trunc('minute', time), asset, amount) END AS event_id,
    CASE WHEN kind IN ('margin', 'liquidation') THEN nullif(trim(order_id), '') END AS order_id,
    time AS occurred_at,
    kind,
    trim(type) AS source_type,
    'futures' AS wallet,
    nullif(contract, '') AS market,
    CASE WHEN amount < 0 THEN asset END AS out_asset,
    CASE WHEN amount < 0 THEN -amount END AS out_amount,
    CASE WHEN amount > 0 THEN asset END AS in_asset,
    CASE WHEN amount > 0 THEN amount END AS in_amount,
    CASE WHEN charge <> 0 THEN asset END AS fee_asset,
    -charge AS fee_amount
FROM told

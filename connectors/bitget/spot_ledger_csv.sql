/*
exchange = "bitget"
title    = "Spot transactions"
one_row  = "one change of one balance with its fee; a fill is two lines, one for each coin"
streams  = ["trades", "deposits", "withdrawals"]
zone     = "UTC"
zone_stated = false
step     = "1s"
ignored  = ["Available"]
[columns]
time     = { type = "time", names = ["Date"] }
order_id = { type = "text", names = ["order"] }
coin     = { type = "text", names = ["Coin"] }
type     = { type = "text", names = ["Type"] }
amount   = { type = "number", names = ["Amount"] }
fee      = { type = "number?", names = ["Fee"] }
[skip]
nothing_moved = "neither an amount nor a fee"

The amount is signed; the fee is negative and comes on top of it, in the same coin. What is available leaves out what open orders hold, and proves
nothing. The clock is known to have been the owner's own in some files. Moves to the futures account and back are told by both accounts' files.
*/
WITH told AS (
    SELECT *, upper(trim(coin)) AS asset, trim(order_id) AS one, bitget_kind(trim(type)) AS kind, coalesce(fee, 0) AS charge FROM rows
),
pairs AS (
    SELECT *, kind IN ('trade', 'conversion') AND one <> '' AND bool_or(amount > 0) OVER of_one AND bool_or(amount < 0) OVER of_one AS paired
    FROM told WINDOW of_one AS (PARTITION BY one, kind)
)
SELECT
    line,
    CASE WHEN amount = 0 AND charge = 0 THEN 'nothing_moved' END AS skip,
    CASE WHEN charge > 0 THEN 'a fee that is not negative: nobody says whether it was charged or given' END AS quarantine,
    'statement' AS grain,
    CASE WHEN kind = 'transfer' THEN moved_event(date_trunc('minute', time), asset, amount) WHEN paired THEN 'order:' || one END AS event_id,
    CASE WHEN kind = 'trade' THEN nullif(one, '') END AS order_id,
    time AS occurred_at,
    CASE WHEN kind IN ('deposit', 'withdrawal') THEN 86400 END AS match_window,
    kind,
    trim(type) AS source_type,
    CASE WHEN amount < 0 THEN asset END AS out_asset,
    CASE WHEN amount < 0 THEN -amount END AS out_amount,
    CASE WHEN amount > 0 THEN asset END AS in_asset,
    CASE WHEN amount > 0 THEN amount END AS in_amount,
    CASE WHEN charge <> 0 THEN asset END AS fee_asset,
    -charge AS fee_amount
FROM pairs

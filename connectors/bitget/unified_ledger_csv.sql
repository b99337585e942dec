/*
exchange = "bitget"
title    = "Transactions of the unified trading account"
one_row  = "one change of one balance; a spot fill is two lines, one for each coin"
streams  = ["trades"]
zone     = "UTC"
zone_stated = false
step     = "1s"
ignored  = ["Balance", "Trade Type"]
[columns]
time     = { type = "time", names = ["Date"] }
order_id = { type = "text", names = ["Order ID"] }
coin     = { type = "text", names = ["Coin"] }
pair     = { type = "text", names = ["Trading Pair"] }
type     = { type = "text", names = ["Transaction Type"] }
amount   = { type = "number?", names = ["Amount"] }
fee      = { type = "number?", names = ["Fee"] }
change   = { type = "number", names = ["Balance Changes"] }
[skip]
nothing_moved = "the balance did not change"

What the balance changed by is booked. The fee is shown where it and the amount are the change together; else it is inside.
*/
WITH told AS (
    SELECT *, upper(trim(coin)) AS asset, bitget_kind(trim(type)) AS kind, trim(order_id) AS one,
        CASE WHEN fee < 0 AND amount + fee = change THEN -fee ELSE 0 END AS charge
    FROM rows
),
legs AS (
    SELECT *, change + charge AS leg, kind IN ('trade', 'conversion') AND one <> '' AND bool_or(change > 0) OVER of_one AND bool_or(change < 0) OVER of_one AS paired
    FROM told WINDOW of_one AS (PARTITION BY one, kind)
)
SELECT
    line,
    CASE WHEN change = 0 AND charge = 0 THEN 'nothing_moved' END AS skip,
    'statement' AS grain,
    CASE WHEN kind = 'transfer' THEN moved_event(date_trunc('minute', time), asset, change) WHEN paired THEN 'order:' || one END AS event_id,
    CASE WHEN kind IN ('trade', 'margin', 'liquidation') THEN nullif(one, '') END AS order_id,
    time AS occurred_at,
    kind,
    trim(type) AS source_type,
    nullif(pair, '') AS market,
    CASE WHEN leg < 0 THEN asset END AS out_asset,
    CASE WHEN leg < 0 THEN -leg END AS out_amount,
    CASE WHEN leg > 0 THEN asset END AS in_asset,
    CASE WHEN leg > 0 THEN leg END AS in_amount,
    CASE WHEN charge <> 0 THEN asset END AS fee_asset,
    charge AS fee_amount
FROM legs

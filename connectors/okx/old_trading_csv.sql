/*
exchange = "okx"
title    = "Trading account history (until 2023)"
one_row  = "one change of one balance; a spot fill is two lines, one for each coin"
streams  = ["trades"]
step     = "1s"
zone_above  = '(?:Time ?Zone)\s*:\s*((?:UTC|GMT)?\s*[+-]?\d*(?::\d\d)?)'
ignored  = ["id", "Amount", "PL", "Position Balance"]
balance  = "balance"
balance_per = ["unit"]
[columns]
order_id = { type = "id?", names = ["Order id"] }
time     = { type = "time", names = ["Time"] }
type     = { type = "text", names = ["Trade Type"] }
market   = { type = "text?", names = ["Instrument"] }
action   = { type = "text", names = ["Type"] }
fee      = { type = "number?", names = ["Fee"] }
change   = { type = "number", names = ["Balance Change"] }
balance  = { type = "number?", names = ["Balance"] }
coin     = { type = "text?", names = ["Unit"] }
unit     = { type = "text", names = ["Unit"], nth = 2 }
position = { type = "number?", names = ["Position Change"] }
[skip]
nothing_moved = "the balance did not change: what a position did is told elsewhere"

The line above the header says the zone. The balance change is net: a fee, negative, is inside it. Ids differ between the two
lines of a fill; the order's does not. Spot has no positions.
*/
WITH told AS (
    SELECT *, okx_trading_kind(lower(type), lower(action)) AS kind,
        coalesce(fee, 0) AS paid
    FROM rows
),
legs AS (
    SELECT *, change - paid AS leg, change = 0 AND lower(type) = 'spot' AND coalesce(position, 0) <> 0 AS torn FROM told
)
SELECT
    line,
    CASE WHEN change = 0 AND NOT torn THEN 'nothing_moved' END AS skip,
    CASE WHEN torn THEN 'a spot fill that changed a position and no balance' END AS quarantine,
    'statement' AS grain,
    CASE WHEN kind = 'transfer' THEN moved_event(time, upper(unit), leg) END AS event_id,
    time AS occurred_at,
    kind,
    concat_ws('/', type, nullif(action, '')) AS source_type,
    CASE WHEN kind = 'trade' AND contains(market, '-') THEN replace(upper(market), '-', '/') END AS market,
    CASE WHEN leg < 0 THEN upper(unit) END AS out_asset,
    CASE WHEN leg < 0 THEN -leg END AS out_amount,
    CASE WHEN leg > 0 THEN upper(unit) END AS in_asset,
    CASE WHEN leg > 0 THEN leg END AS in_amount,
    CASE WHEN paid <> 0 THEN upper(unit) END AS fee_asset,
    CASE WHEN paid <> 0 THEN -paid END AS fee_amount
FROM legs

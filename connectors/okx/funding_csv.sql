/*
exchange = "okx"
title    = "Funding account history"
one_row  = "one change of one balance"
streams  = ["deposits", "withdrawals", "funding"]
step     = "1s"
zone_above  = '(?:Time ?Zone)\s*:\s*((?:UTC|GMT)?\s*[+-]?\d*(?::\d\d)?)'
ignored  = ["id"]
balance  = "after"
balance_per = ["symbol"]
[columns]
time   = { type = "time", names = ["Time"] }
type   = { type = "text", names = ["Type"] }
amount = { type = "number", names = ["Amount"] }
before = { type = "number", names = ["Before Balance"] }
after  = { type = "number", names = ["After Balance"] }
fee    = { type = "number?", names = ["Fee"] }
symbol = { type = "text", names = ["Symbol"] }
[skip]
nothing_moved = "the balance did not change"

The line above the header says the zone. Older files leave the sign of an amount away: the balances before and after show it,
and whether the fee beside it is inside the amount. Moves to and from the trading account show this account's side.
*/
WITH told AS (
    SELECT *, after - before AS change, okx_funding_kind(lower(type)) AS kind,
        CASE WHEN coalesce(fee, 0) <> 0 THEN abs(fee) ELSE 0 END AS cost
    FROM rows
),
legs AS (SELECT *, change + cost AS leg FROM told)
SELECT
    line,
    CASE WHEN change = 0 AND amount = 0 THEN 'nothing_moved' END AS skip,
    CASE
        WHEN change = 0 AND amount = 0 THEN NULL
        WHEN abs(change) NOT IN (abs(amount), abs(amount) + cost, abs(amount) - cost) THEN 'amount and balances do not agree'
    END AS quarantine,
    'statement' AS grain,
    CASE WHEN kind = 'transfer' THEN moved_event(time, upper(symbol), leg) END AS event_id,
    time AS occurred_at,
    CASE WHEN kind IN ('deposit', 'withdrawal') THEN 86400 END AS match_window,
    kind,
    type AS source_type,
    'funding' AS wallet,
    CASE WHEN leg < 0 THEN upper(symbol) END AS out_asset,
    CASE WHEN leg < 0 THEN -leg END AS out_amount,
    CASE WHEN leg > 0 THEN upper(symbol) END AS in_asset,
    CASE WHEN leg > 0 THEN leg END AS in_amount,
    CASE WHEN cost <> 0 THEN upper(symbol) END AS fee_asset,
    CASE WHEN cost <> 0 THEN cost END AS fee_amount
FROM legs

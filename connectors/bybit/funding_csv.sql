/*
exchange = "bybit"
title    = "Asset change details: funding account"
one_row  = "one change of one balance; no ids, and equal lines are changes of their own"
streams  = ["deposits", "withdrawals", "funding"]
step     = "1s"
ignored  = ["Uid"]
balance  = "balance"
balance_per = ["coin"]
blank    = ["--"]
[columns]
time        = { type = "time", match = '^Date & Time' }
coin        = { type = "text", names = ["Coin"] }
amount      = { type = "number", names = ["QTY"] }
type        = { type = "text", names = ["Type"] }
balance     = { type = "number?", names = ["Account Balance"] }
description = { type = "text", names = ["Description"] }
[skip]
nothing_moved = "the change is 0"

Amounts are signed; older files leave the sign away and say the direction in the description. A withdrawal's change includes
its fee. Moves to and from the trading account show this account's side; the other side is in its own export, a second
earlier: the two are one event by their minute.
*/
WITH told AS (
    SELECT *, lower(concat_ws(' ', nullif(type, 'TRANSFER'), description)) AS words,
        amount < 0 OR regexp_matches(lower(description), '^(withdraw|transfer (to|out))|subscription$')
            OR regexp_matches(lower(type), '^(withdraw|transfer[ _]out)') AS leaves
    FROM rows
),
kinds AS (SELECT *, bybit_funding_kind(words) AS kind FROM told)
SELECT
    line,
    CASE WHEN amount = 0 THEN 'nothing_moved' END AS skip,
    'statement' AS grain,
    CASE WHEN kind = 'transfer' THEN moved_event(date_trunc('minute', time), upper(coin), amount) END AS event_id,
    time AS occurred_at,
    CASE WHEN kind IN ('deposit', 'withdrawal') THEN 86400 END AS match_window,
    kind,
    concat_ws(' | ', type, description) AS source_type,
    'funding' AS wallet,
    CASE WHEN leaves THEN upper(coin) END AS out_asset,
    CASE WHEN leaves THEN abs(amount) END AS out_amount,
    CASE WHEN NOT leaves THEN upper(coin) END AS in_asset,
    CASE WHEN NOT leaves THEN amount END AS in_amount
FROM kinds

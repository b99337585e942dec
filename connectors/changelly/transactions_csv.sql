/*
exchange = "changelly"
title    = "Transaction history"
one_row  = "one exchange of one coin for another: sent there, exchanged, sent on"
streams  = ["transactions"]
zone     = "UTC"
zone_stated = false
step     = "1s"
ignored  = ["Exchange rate"]
[columns]
coin_from = { type = "text", names = ["Currency from"] }
coin_to   = { type = "text", names = ["Currency to"] }
status    = { type = "text", names = ["Status"] }
time      = { type = "time", names = ["Date"], formats = ["%d %b %Y, %H:%M:%S"] }
given     = { type = "number", names = ["Exchange amount"] }
fee       = { type = "number?", names = ["Total fee"] }
address   = { type = "text", names = ["Receiver"] }
received  = { type = "number", names = ["Amount received"] }
[skip]
moved_nothing = "failed, expired or refunded: no balance changed"

Changelly holds no balances: what is exchanged comes in and goes out at once, so that each line is a deposit, a trade and a
withdrawal. The fee is in the received coin, and what was received is without it.
*/
WITH judged AS (
    SELECT *, CASE WHEN lower(status) IN ('overdue', 'refunded') THEN 'nothing' WHEN lower(status) IN ('hold', 'exchanging', 'sending') THEN 'open'
        ELSE fate_of(status) END AS fate FROM rows
),
parts AS (SELECT *, unnest([0, 1, 2]) AS n FROM judged)
SELECT
    line,
    n::SMALLINT AS part,
    CASE WHEN fate = 'nothing' THEN 'moved_nothing' END AS skip,
    CASE WHEN fate IS NULL THEN 'unknown status ' || status END AS quarantine,
    'movement' AS grain,
    time AS occurred_at,
    CASE WHEN n <> 1 THEN 86400 END AS match_window,
    ['deposit', 'trade', 'withdrawal'][n + 1] AS kind,
    'exchange' AS source_type,
    CASE WHEN fate = 'open' THEN 'open' ELSE 'final' END AS status,
    CASE n WHEN 1 THEN upper(coin_from) WHEN 2 THEN upper(coin_to) END AS out_asset,
    CASE n WHEN 1 THEN given WHEN 2 THEN received END AS out_amount,
    CASE n WHEN 0 THEN upper(coin_from) WHEN 1 THEN upper(coin_to) END AS in_asset,
    CASE n WHEN 0 THEN given WHEN 1 THEN received + coalesce(fee, 0) END AS in_amount,
    CASE WHEN n = 1 AND fee <> 0 THEN upper(coin_to) END AS fee_asset,
    CASE WHEN n = 1 THEN coalesce(fee, 0) ELSE 0 END AS fee_amount,
    CASE WHEN n = 2 THEN address END AS note
FROM parts

/*
exchange = "circle"
title    = "Transactions"
one_row  = "one transaction from an account to another one; either may be outside Circle"
streams  = ["transactions"]
zone     = "UTC"
zone_stated = false
step     = "1s"
ignored  = ["From Account", "To Account"]
[columns]
time       = { type = "time", names = ["Date"] }
id         = { type = "text", names = ["Reference ID"] }
type       = { type = "text", names = ["Transaction Type"] }
given      = { type = "money?", names = ["From Amount"] }
given_code = { type = "text", names = ["From Currency"] }
taken      = { type = "money?", names = ["To Amount"] }
taken_code = { type = "text", names = ["To Currency"] }
status     = { type = "text", names = ["Status"] }
[skip]
moved_nothing = "failed or cancelled: no balance changed"

Amounts have a currency's sign before them or its code behind. No fee is told. A deposit from a card or a bank buys coins at once:
that money is booked as come in (a second part of the line, an event of its own). What is received or spent may be told in the owner's money on the
other side, which is its worth and no movement.
*/
WITH judged AS (
    SELECT *, fate_of(status) AS fate, lower(type) AS word, lower(type) = 'deposit' AND given_code <> taken_code AS buys,
        lower(type) IN ('switch_currency', 'internal_switch_currency') AS swaps
    FROM rows
),
parts AS (SELECT *, unnest(if(buys, [0, 1], [0])) AS n FROM judged)
SELECT
    line,
    n::SMALLINT AS part,
    CASE WHEN fate = 'nothing' THEN 'moved_nothing' END AS skip,
    CASE WHEN fate IS NULL THEN 'unknown status ' || status
         WHEN NOT swaps AND word NOT IN ('deposit', 'receive', 'spend', 'fork') AND given IS NOT NULL THEN 'unknown type ' || type || ': it does not tell which way it went'
         WHEN (swaps OR buys OR word = 'spend') AND given IS NULL OR word <> 'spend' AND taken IS NULL THEN 'an amount is missing' END AS quarantine,
    'movement' AS grain,
    'transaction' AS namespace,
    id || if(n = 0, '', '/outside') AS row_id,
    time AS occurred_at,
    CASE WHEN (NOT buys OR n = 1) AND word IN ('deposit', 'receive', 'spend') THEN 86400 END AS match_window,
    CASE WHEN n = 1 THEN 'deposit' WHEN buys OR swaps THEN swap_kind(given_code, taken_code) WHEN word IN ('deposit', 'receive') THEN 'deposit'
         WHEN word = 'spend' THEN 'withdrawal' WHEN word = 'fork' THEN 'reward' ELSE 'other' END AS kind,
    CASE WHEN fate = 'open' THEN 'open' ELSE 'final' END AS status,
    type AS source_type,
    CASE WHEN n = 0 AND (buys OR swaps OR word = 'spend') THEN given_code END AS out_asset,
    CASE WHEN n = 0 AND (buys OR swaps OR word = 'spend') THEN given END AS out_amount,
    CASE WHEN n = 1 THEN given_code WHEN word <> 'spend' THEN taken_code END AS in_asset,
    CASE WHEN n = 1 THEN given WHEN word <> 'spend' THEN taken END AS in_amount
FROM parts

/*
exchange = "exodus"
title    = "Transaction history (Exodus)"
one_row  = "one transaction of one coin, or one exchange of two"
streams  = ["history"]
zone     = "UTC"
step     = "1ms"
ignored  = ["FROMADDRESS", "TOADDRESS", "OUTTXURL", "INTXURL"]
[columns]
time         = { type = "time", names = ["DATE"] }
type         = { type = "text", names = ["TYPE"] }
from_portfolio = { type = "text?", names = ["FROMPORTFOLIO"] }
to_portfolio = { type = "text?", names = ["TOPORTFOLIO"] }
out_amount   = { type = "number?", names = ["OUTAMOUNT"] }
out_currency = { type = "text?", names = ["OUTCURRENCY"] }
fee          = { type = "number?", names = ["FEEAMOUNT"] }
fee_currency = { type = "text?", names = ["FEECURRENCY"] }
out_tx       = { type = "text", names = ["OUTTXID"] }
in_amount    = { type = "number?", names = ["INAMOUNT"] }
in_currency  = { type = "text?", names = ["INCURRENCY"] }
in_tx        = { type = "text", names = ["INTXID"] }
order_id     = { type = "text", names = ["ORDERID"] }
note         = { type = "text?", names = ["PERSONALNOTE"] }
[skip]
nothing_moved = "no amount and no fee: a contract was allowed to move coins, or the like"

What went out and the network's fee are below zero; the fee is on top, and may be another coin's. An exchange is one line, or two
that share their order or their transaction on the chain. What is staked stays in the balance: a line of it tells its fee alone.
So does what came back from staking, a deposit from the own portfolio to nowhere else: its amount was never gone, and what it
earned is told by no line. A coin's name may end with its network (`BNBBSC`).
*/
WITH named AS (
    SELECT * REPLACE (abs(coalesce(out_amount, 0)) AS out_amount, abs(coalesce(fee, 0)) AS fee,
            -- what comes back from staking was in the balance all the time
            CASE WHEN lower(type) = 'deposit' AND from_portfolio <> '' AND coalesce(to_portfolio, '') = '' THEN 0 ELSE coalesce(in_amount, 0) END AS in_amount),
        exodus_asset(out_currency) AS out_coin, exodus_asset(in_currency) AS in_coin, exodus_asset(fee_currency) AS fee_coin,
        in_amount AS told_in, lower(trim(type)) AS word, from_portfolio <> '' AND to_portfolio <> '' AS within,
        coalesce('order:' || nullif(order_id, ''), 'tx:' || coalesce(nullif(out_tx, ''), nullif(in_tx, ''))) AS event
    FROM rows
),
grouped AS (
    SELECT *, bool_or(out_amount > 0) OVER shared AND bool_or(in_amount > 0) OVER shared
        AND (max(out_coin) FILTER (out_amount > 0) OVER shared) <> (min(in_coin) FILTER (in_amount > 0) OVER shared) AS swapped
    FROM named WINDOW shared AS (PARTITION BY coalesce(event, line::VARCHAR))
)
SELECT
    line,
    CASE WHEN out_amount = 0 AND in_amount = 0 AND fee = 0 THEN 'nothing_moved' END AS skip,
    'movement' AS grain,
    event AS event_id,
    nullif(order_id, '') AS order_id,
    coalesce(nullif(out_tx, ''), nullif(in_tx, '')) AS tx_hash,
    time AS occurred_at,
    CASE WHEN word IN ('deposit', 'withdrawal') AND NOT swapped AND NOT within AND out_amount + in_amount > 0 THEN 86400 END AS match_window,
    CASE
        WHEN swapped THEN 'conversion'
        WHEN out_amount = 0 AND in_amount = 0 THEN 'fee'
        WHEN within THEN 'transfer'
        WHEN word IN ('deposit', 'withdrawal') THEN word
        WHEN word = 'exchange' THEN 'conversion'
        WHEN word IN ('staked', 'unstaked') THEN 'transfer'
        ELSE 'other'
    END AS kind,
    type AS source_type,
    CASE WHEN out_amount > 0 THEN out_coin END AS out_asset,
    CASE WHEN out_amount > 0 THEN out_amount END AS out_amount,
    CASE WHEN in_amount > 0 THEN in_coin END AS in_asset,
    CASE WHEN in_amount > 0 THEN in_amount END AS in_amount,
    CASE WHEN fee > 0 THEN fee_coin END AS fee_asset,
    fee AS fee_amount,
    nullif(concat_ws(' ', CASE WHEN told_in <> in_amount THEN 'back from staking: ' || told_in || ' ' || in_coin END, nullif(note, '')), '') AS note
FROM grouped

/*
exchange = "poloniex"
title    = "Withdrawal History"
one_row  = "one withdrawal; the amount includes the fee that was deducted from it"
streams  = ["withdrawals"]
zone     = "UTC"
step     = "1s"
ignored  = ["Amount - Fee"]
[columns]
time     = { type = "time", names = ["Date", "f_date"] }
currency = { type = "text", names = ["Currency"] }
amount   = { type = "number", names = ["Amount", "f_amount"] }
fee      = { type = "number", names = ["Fee Deducted", "f_feededucted"] }
address  = { type = "text?", names = ["Address"] }
status   = { type = "text", names = ["Status", "f_status"] }
[skip]
moved_nothing = "failed or canceled: no balance changed"
*/
WITH judged AS (SELECT *, poloniex_fate(status) AS fate FROM rows)
SELECT
    line,
    CASE WHEN fate = 'nothing' THEN 'moved_nothing' END AS skip,
    CASE WHEN fate IS NULL THEN 'unknown status ' || status END AS quarantine,
    'movement' AS grain,
    poloniex_hash(status) AS tx_hash,
    time AS occurred_at,
    86400 AS match_window,
    'withdrawal' AS kind,
    'withdrawal' AS source_type,
    CASE WHEN fate = 'open' THEN 'open' ELSE 'final' END AS status,
    poloniex_asset(currency) AS out_asset,
    amount - fee AS out_amount,
    poloniex_asset(currency) AS fee_asset,
    fee AS fee_amount,
    address AS note
FROM judged

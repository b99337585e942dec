/*
exchange = "poloniex"
title    = "Deposit History (until 2017 also Withdrawal History)"
one_row  = "one deposit, or in older files one withdrawal"
streams  = ["deposits"]
zone     = "UTC"
step     = "1s"
untold_fees = ["withdrawal"]
[columns]
time     = { type = "time", names = ["Date", "f_created_at"] }
currency = { type = "text", names = ["Currency"] }
amount   = { type = "number", names = ["Amount", "f_amount"] }
address  = { type = "text", names = ["Address", "f_address"] }
status   = { type = "text", names = ["Status", "f_status"] }
[skip]
moved_nothing = "failed or canceled: no balance changed"

Older files of withdrawals have the same columns; their status goes on with the transaction's hash (`COMPLETE: 562b…`), a
deposit's does not. They tell no fee.
*/
WITH judged AS (SELECT *, poloniex_fate(status) AS fate, contains(status, ':') AS goes FROM rows)
SELECT
    line,
    CASE WHEN fate = 'nothing' THEN 'moved_nothing' END AS skip,
    CASE WHEN fate IS NULL THEN 'unknown status ' || status END AS quarantine,
    'movement' AS grain,
    poloniex_hash(status) AS tx_hash,
    time AS occurred_at,
    86400 AS match_window,
    if(goes, 'withdrawal', 'deposit') AS kind,
    if(goes, 'withdrawal', 'deposit') AS source_type,
    CASE WHEN fate = 'open' THEN 'open' ELSE 'final' END AS status,
    CASE WHEN goes THEN poloniex_asset(currency) END AS out_asset,
    CASE WHEN goes THEN amount END AS out_amount,
    CASE WHEN NOT goes THEN poloniex_asset(currency) END AS in_asset,
    CASE WHEN NOT goes THEN amount END AS in_amount,
    CASE WHEN NOT goes THEN 0 END AS fee_amount,
    address AS note
FROM judged

/*
exchange = "kucoin"
title    = "Fiat orders: deposits"
one_row  = "one deposit of fiat; the fee is taken from what was paid in"
streams  = ["fiat_orders"]
zone     = "UTC"
step     = "1s"
[columns]
order_id = { type = "id", names = ["Order ID"] }
fiat     = { type = "text", names = ["Currency (Fiat)"] }
amount   = { type = "number", names = ["Fiat Amount"] }
fee      = { type = "number?", names = ["Fee"] }
method   = { type = "text", names = ["Deposit Method"] }
status   = { type = "text", names = ["Status"] }
time     = { type = "time", match = '^Time' }
[skip]
not_done = "only what succeeded moved the balance"
*/
SELECT
    line,
    CASE WHEN NOT kucoin_is_done(status) THEN 'not_done' END AS skip,
    CASE WHEN kucoin_is_done(status) IS NULL THEN 'unknown status ' || status END AS quarantine,
    'movement' AS grain,
    'fiat order' AS namespace,
    nullif(order_id, '') AS row_id,
    time AS occurred_at,
    86400 AS match_window,
    'deposit' AS kind,
    'fiat deposit' AS source_type,
    upper(fiat) AS in_asset,
    amount AS in_amount,
    upper(fiat) AS fee_asset,
    fee AS fee_amount,
    method AS note
FROM rows

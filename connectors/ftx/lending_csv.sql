/*
exchange = "ftx"
title    = "Lending"
one_row  = "one hour's interest of one asset lent"
streams  = ["lending"]
zone     = "UTC"
step     = "1s"
ignored  = ["Size", "Hourly Funding Rate", "rate", "Proceeds in USD", "feeUsd"]
[columns]
time     = { type = "time", names = ["Time"], formats = ["%m/%d/%Y, %I:%M:%S %p"] }
code     = { type = "text", names = ["Currency", "coin"] }
rate     = { type = "number", names = ["Hourly Funding Rate", "rate"] }
proceeds = { type = "number", names = ["Proceeds"] }

The interest is lent on; the balance grows by it all the same.
*/
SELECT
    line,
    'movement' AS grain,
    time AS occurred_at,
    'reward' AS kind,
    'lending' AS source_type,
    upper(code) AS in_asset,
    proceeds AS in_amount,
    0 AS fee_amount
FROM rows

/*
exchange = "bitso"
title    = "Withdrawals"
one_row  = "one withdrawal; no fee is told"
streams  = ["withdrawals"]
step     = "1s"
ignored  = ["datetime"]
untold_fees = ["withdrawal"]
[columns]
time     = { type = "unix_s", names = ["timestamp"] }
method   = { type = "text" }
currency = { type = "text" }
amount   = { type = "number" }

Whether the amount has a fee in it is not described: the file names none.
*/
SELECT
    line,
    CASE WHEN amount <= 0 THEN 'nothing was withdrawn' END AS quarantine,
    'movement' AS grain,
    time AS occurred_at,
    86400 AS match_window,
    'withdrawal' AS kind,
    method AS source_type,
    upper(trim(currency)) AS out_asset,
    amount AS out_amount
FROM rows

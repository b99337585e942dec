/*
exchange = "bitso"
title    = "Fundings"
one_row  = "one deposit, from which its fee is taken"
streams  = ["deposits"]
step     = "1s"
ignored  = ["datetime"]
[columns]
time     = { type = "unix_s", names = ["timestamp"] }
method   = { type = "text" }
currency = { type = "text" }
gross    = { type = "number" }
fee      = { type = "number" }
net      = { type = "number", names = ["net amount"] }

What was sent is the gross; the net is what the balance grew by.
*/
SELECT
    line,
    CASE WHEN abs(gross - fee - net) > 0.000001 THEN 'the net amount is not the gross without the fee' END AS quarantine,
    'movement' AS grain,
    time AS occurred_at,
    86400 AS match_window,
    'deposit' AS kind,
    method AS source_type,
    upper(trim(currency)) AS in_asset,
    net + fee AS in_amount,
    CASE WHEN fee <> 0 THEN upper(trim(currency)) END AS fee_asset,
    fee AS fee_amount
FROM rows

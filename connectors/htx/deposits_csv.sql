/*
exchange = "htx"
title    = "Deposits (data export)"
one_row  = "one deposit; the whole amount was credited"
streams  = ["deposits"]
zone     = "UTC"
zone_stated = false
step     = "1s"
ignored  = ["uid"]
[columns]
currency     = "text"
tx_hash      = "text"
from_address = "text"
to_address   = "text?"
amount       = "number"
time         = { type = "time", names = ["deposit_time"] }
*/
SELECT
    line,
    'movement' AS grain,
    nullif(tx_hash, '') AS tx_hash,
    time AS occurred_at,
    86400 AS match_window,
    'deposit' AS kind,
    'deposit' AS source_type,
    upper(currency) AS in_asset,
    amount AS in_amount,
    0 AS fee_amount,
    nullif(from_address, '') AS note
FROM rows

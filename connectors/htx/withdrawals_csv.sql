/*
exchange = "htx"
title    = "Withdrawals (data export)"
one_row  = "one withdrawal; the fee was debited on top of the amount"
streams  = ["withdrawals"]
zone     = "UTC"
zone_stated = false
step     = "1s"
ignored  = ["uid"]
[columns]
currency   = "text"
tx_hash    = "text"
to_address = "text"
amount     = "number"
fee        = "number"
time       = { type = "time", names = ["withdraw_time"] }
*/
SELECT
    line,
    'movement' AS grain,
    nullif(tx_hash, '') AS tx_hash,
    time AS occurred_at,
    86400 AS match_window,
    'withdrawal' AS kind,
    'withdrawal' AS source_type,
    upper(currency) AS out_asset,
    amount AS out_amount,
    upper(currency) AS fee_asset,
    fee AS fee_amount,
    nullif(to_address, '') AS note
FROM rows

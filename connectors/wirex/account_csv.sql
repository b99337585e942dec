/*
exchange = "wirex"
title    = "Account history (one file for each account)"
one_row  = "one amount that came in or went out; the file has no ids of the exchange"
streams  = ["account"]
zone     = "UTC"
zone_stated = false
step     = "1s"
[columns]
number    = { type = "text", names = ["#"] }
direction = { type = "text", names = [""] }
time      = { type = "time", names = ["Time"], formats = ["%d-%m-%Y %H:%M:%S", "%d %b %Y %H:%M:%S", "%b %d, %Y %I:%M:%S %p"] }
amount    = { type = "glued", names = ["Amount"] }
available = { type = "glued?", names = ["Available"] }
[skip]
account_opened = "the account was opened; nothing moved"

The direction's column has no name. Exchanges between accounts are an `Out` here and an `In` in another account's file, and cannot be
told from movements to outside: all are booked as such.
*/
SELECT
    line,
    CASE WHEN lower(direction) = 'create' THEN 'account_opened' END AS skip,
    'movement' AS grain,
    time AS occurred_at,
    CASE WHEN lower(direction) IN ('in', 'out') THEN 86400 END AS match_window,
    CASE lower(direction) WHEN 'in' THEN 'deposit' WHEN 'out' THEN 'withdrawal' ELSE 'other' END AS kind,
    direction AS source_type,
    CASE WHEN lower(direction) = 'out' OR amount < 0 THEN upper(amount_asset) END AS out_asset,
    CASE WHEN lower(direction) = 'out' OR amount < 0 THEN abs(amount) END AS out_amount,
    CASE WHEN lower(direction) <> 'out' AND amount > 0 THEN upper(amount_asset) END AS in_asset,
    CASE WHEN lower(direction) <> 'out' AND amount > 0 THEN amount END AS in_amount
FROM rows

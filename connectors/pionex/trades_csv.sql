/*
exchange = "pionex"
title    = "Trading history"
one_row  = "one trade: what was received, what was sent, the fee"
streams  = ["trades"]
zone     = "UTC"
zone_stated = false
step     = "1s"
ignored  = ["Tag"]
[columns]
time       = { type = "time", names = ["Date"], formats = ["%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M"] }
taken      = { type = "number", names = ["Received Quantity"] }
taken_code = { type = "text", names = ["Received Currency"] }
given      = { type = "number", names = ["Sent Quantity"] }
given_code = { type = "text", names = ["Sent Currency"] }
fee        = { type = "number?", names = ["Fee Amount"] }
fee_code   = { type = "text?", names = ["Fee Currency"] }

The fee is apart from both amounts. The file has no ids, and equal lines are trades of their own.
*/
SELECT
    line,
    'movement' AS grain,
    time AS occurred_at,
    'trade' AS kind,
    'trade' AS source_type,
    upper(given_code) AS out_asset,
    given AS out_amount,
    upper(taken_code) AS in_asset,
    taken AS in_amount,
    CASE WHEN fee <> 0 THEN upper(fee_code) END AS fee_asset,
    coalesce(fee, 0) AS fee_amount
FROM rows

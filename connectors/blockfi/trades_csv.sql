/*
exchange = "blockfi"
title    = "Trade report"
one_row  = "one exchange of one asset for another at BlockFi's price"
streams  = ["trades"]
zone     = "UTC"
step     = "1s"
ignored  = ["Rate Amount", "Rate Currency", "Frequency", "Destination"]
[columns]
id         = { type = "text", names = ["Trade ID"] }
time       = { type = "time", names = ["Date"] }
taken      = { type = "number", names = ["Buy Quantity"] }
taken_code = { type = "text", names = ["Buy Currency"] }
given      = { type = "number", names = ["Sold Quantity"] }
given_code = { type = "text", names = ["Sold Currency"] }
type       = { type = "text", names = ["Type"] }

Codes are in small letters; what was sold is negative. The price has the fee in it.
*/
SELECT
    line,
    'movement' AS grain,
    'trade' AS namespace,
    id AS row_id,
    time AS occurred_at,
    'trade' AS kind,
    type AS source_type,
    upper(given_code) AS out_asset,
    abs(given) AS out_amount,
    upper(taken_code) AS in_asset,
    abs(taken) AS in_amount,
    0 AS fee_amount
FROM rows

/*
exchange = "ftx"
title    = "Trades"
one_row  = "one fill"
streams  = ["trades"]
zone     = "UTC"
step     = "1s"
ignored  = ["TWAP"]
[columns]
id       = { type = "id", names = ["ID"] }
time     = { type = "time", names = ["Time"], formats = ["%m/%d/%Y, %I:%M:%S %p"] }
market   = { type = "text", names = ["Market"] }
side     = { type = "text", names = ["Side"] }
type     = { type = "text", names = ["Order Type", "type"] }
size     = { type = "number", names = ["Size"] }
price    = { type = "number", names = ["Price"] }
total    = { type = "number", names = ["Total"] }
fee      = { type = "number", names = ["Fee"] }
fee_code = { type = "text", names = ["Fee Currency", "feeCurrency"] }

A market without a slash is a future: it moved a position, and only its fee is booked. A negative fee is a rebate. A purchase for
nothing was an airdrop.
*/
WITH sided AS (
    SELECT *, lower(side) = 'buy' AS buys, contains(market, '/') AS is_spot, split_part(market, '/', 1) AS base, split_part(market, '/', 2) AS quote FROM rows
)
SELECT
    line,
    CASE WHEN lower(side) NOT IN ('buy', 'sell') THEN 'side ' || side || ' is neither buy nor sell' END AS quarantine,
    'movement' AS grain,
    'trade' AS namespace,
    market || ':' || id AS row_id,
    time AS occurred_at,
    CASE WHEN NOT is_spot THEN 'margin' WHEN buys AND total = 0 THEN 'reward' ELSE 'trade' END AS kind,
    nullif(type, '') AS source_type,
    CASE WHEN is_spot THEN 'spot' ELSE 'futures' END AS wallet,
    CASE WHEN is_spot THEN market END AS market,
    lower(side) AS side,
    price,
    CASE WHEN is_spot AND NOT (buys AND total = 0) THEN if(buys, quote, base) END AS out_asset,
    CASE WHEN is_spot AND NOT (buys AND total = 0) THEN if(buys, total, size) END AS out_amount,
    CASE WHEN is_spot THEN if(buys, base, quote) END AS in_asset,
    CASE WHEN is_spot THEN if(buys, size, total) END AS in_amount,
    CASE WHEN fee <> 0 THEN fee_code END AS fee_asset,
    fee AS fee_amount,
    CASE WHEN NOT is_spot THEN market END AS note
FROM sided

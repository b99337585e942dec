/*
exchange = "coincheck"
title    = "Buys"
one_row  = "one purchase at Coincheck's price"
streams  = ["buys"]
zone     = "Asia/Tokyo"
step     = "1s"
[columns]
id       = { type = "id", names = ["ID"] }
amount   = { type = "money", names = ["Amount"] }
price    = { type = "money", names = ["Price"] }
code     = { type = "text", names = ["Trading Currency"] }
paid_in  = { type = "text", names = ["Original Currency"] }
progress = { type = "text", names = ["Progress"] }
time     = { type = "time", names = ["Time"] }
[skip]
moved_nothing = "canceled or failed: no balance changed"

`Price` is the purchase's whole price, not that of one coin. Times carry their zone.
*/
WITH judged AS (SELECT *, fate_of(progress) AS fate FROM rows)
SELECT
    line,
    CASE WHEN fate = 'nothing' THEN 'moved_nothing' END AS skip,
    CASE WHEN fate IS NULL THEN 'unknown progress ' || progress END AS quarantine,
    'movement' AS grain,
    'buy' AS namespace,
    id AS row_id,
    time AS occurred_at,
    'trade' AS kind,
    'buy' AS source_type,
    CASE WHEN fate = 'open' THEN 'open' ELSE 'final' END AS status,
    upper(code) || '/' || upper(paid_in) AS market,
    'buy' AS side,
    upper(paid_in) AS out_asset,
    price AS out_amount,
    upper(code) AS in_asset,
    amount AS in_amount,
    0 AS fee_amount
FROM judged

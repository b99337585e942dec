/*
exchange = "bitso"
title    = "Conversions"
one_row  = "one conversion; what it cost is in its price"
streams  = ["conversions"]
step     = "1s"
ignored  = ["price", "price_currency", "datetime"]
[columns]
time   = { type = "unix_s", names = ["timestamp"] }
given  = { type = "text", names = ["from_currency"] }
gotten = { type = "text", names = ["to_currency"] }
gave   = { type = "number", names = ["from_amount"] }
got    = { type = "number", names = ["to_amount"] }
*/
SELECT
    line,
    CASE WHEN gave <= 0 OR got <= 0 THEN 'a conversion of nothing' END AS quarantine,
    'movement' AS grain,
    time AS occurred_at,
    'trade' AS kind,
    'conversion' AS source_type,
    upper(trim(given)) AS out_asset,
    gave AS out_amount,
    upper(trim(gotten)) AS in_asset,
    got AS in_amount
FROM rows

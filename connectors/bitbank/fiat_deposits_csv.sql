/*
exchange = "bitbank"
title    = "Deposits of yen"
one_row  = "one deposit; the whole amount is credited"
streams  = ["fiat_deposits"]
zone     = "Asia/Tokyo"
step     = "1s"
[columns]
time   = { type = "time", names = ["日時"] }
amount = { type = "number", names = ["数量"] }
status = { type = "text", names = ["ステータス"] }
[skip]
moved_nothing = "failed: no balance changed"

All amounts are in yen; the file names no currency.
*/
WITH judged AS (SELECT *, fate_of(status) AS fate FROM rows)
SELECT
    line,
    CASE WHEN fate = 'nothing' THEN 'moved_nothing' END AS skip,
    CASE WHEN fate IS NULL THEN 'unknown status ' || status END AS quarantine,
    'movement' AS grain,
    time AS occurred_at,
    86400 AS match_window,
    'deposit' AS kind,
    'fiat deposit' AS source_type,
    CASE WHEN fate = 'open' THEN 'open' ELSE 'final' END AS status,
    'JPY' AS in_asset,
    amount AS in_amount,
    0 AS fee_amount
FROM judged

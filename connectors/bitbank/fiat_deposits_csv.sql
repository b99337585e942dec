/*
exchange = "bitbank"
title    = "Deposits of yen"
one_row  = "one deposit; the whole amount is credited"
streams  = ["fiat_deposits"]
zone     = "Asia/Tokyo"
step     = "1s"
[columns]
deposited = { type = "time", names = ["日時"] }
yen       = { type = "number", names = ["数量"] }
outcome   = { type = "text", names = ["ステータス"] }
[skip]
moved_nothing = "failed: no balance changed"

All amounts are in yen; the file names no currency.
*/
WITH judged AS (SELECT *, fate_of(outcome) AS fate FROM rows)
SELECT
    line,
    CASE WHEN fate = 'nothing' THEN 'moved_nothing' END AS skip,
    CASE WHEN fate IS NULL THEN 'unknown status ' || outcome END AS quarantine,
    'movement' AS grain,
    deposited AS occurred_at,
    86400 AS match_window,
    'deposit' AS kind,
    'fiat deposit' AS source_type,
    CASE WHEN fate = 'open' THEN 'open' ELSE 'final' END AS status,
    'JPY' AS in_asset,
    yen AS in_amount,
    0 AS fee_amount
FROM judged

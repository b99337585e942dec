/*
exchange = "ftx"
title    = "Dust conversions"
one_row  = "one small balance exchanged for another asset"
streams  = ["conversions"]
zone     = "UTC"
step     = "1s"
ignored  = ["price"]
[columns]
time     = { type = "time", formats = ["%m/%d/%Y, %I:%M:%S %p"] }
given    = { type = "text", names = ["from"] }
taken    = { type = "text", names = ["to"] }
size     = "number"
fee      = "number"
proceeds = "number"
status   = "text"
[skip]
moved_nothing = "failed: no balance changed"

The fee is in what was received, beside the proceeds.
*/
WITH judged AS (SELECT *, fate_of(status) AS fate FROM rows)
SELECT
    line,
    CASE WHEN fate = 'nothing' THEN 'moved_nothing' END AS skip,
    CASE WHEN fate IS NULL THEN 'unknown status ' || status END AS quarantine,
    'movement' AS grain,
    time AS occurred_at,
    'conversion' AS kind,
    'dust conversion' AS source_type,
    CASE WHEN fate = 'open' THEN 'open' ELSE 'final' END AS status,
    upper(given) AS out_asset,
    size AS out_amount,
    upper(taken) AS in_asset,
    proceeds AS in_amount,
    CASE WHEN fee <> 0 THEN upper(taken) END AS fee_asset,
    fee AS fee_amount
FROM judged

/*
exchange = "binance"
title    = "Spot Trade History"
source   = "csv"
one_row  = "one fill; the file has no ids, and equal lines are fills of their own"
streams  = ["trades"]
zone     = "UTC"
step     = "1s"
[columns]
time     = { type = "time", names = ["Date(UTC)", "Time"], formats = ["%y-%m-%d %H:%M:%S"] }
Pair     = "text"
Side     = "text"
Price    = "money"
Executed = { type = "glued", names = ["Executed", "Quantity"], pair = "Pair" }
Amount   = { type = "glued", pair = "Pair" }
Fee      = { type = "glued", pair = "Pair" }
*/
SELECT
    line,
    CASE WHEN upper(Side) NOT IN ('BUY', 'SELL') THEN 'unknown side ' || Side END AS quarantine,
    'movement' AS grain,
    time AS occurred_at,
    'trade' AS kind,
    'trade' AS source_type,
    Executed_asset || '/' || Amount_asset AS market,
    lower(Side) AS side,
    Price AS price,
    CASE WHEN upper(Side) = 'BUY' THEN Amount_asset ELSE Executed_asset END AS out_asset,
    CASE WHEN upper(Side) = 'BUY' THEN Amount ELSE Executed END AS out_amount,
    CASE WHEN upper(Side) = 'BUY' THEN Executed_asset ELSE Amount_asset END AS in_asset,
    CASE WHEN upper(Side) = 'BUY' THEN Executed ELSE Amount END AS in_amount,
    binance_asset(Fee_asset) AS fee_asset,
    Fee AS fee_amount
FROM rows

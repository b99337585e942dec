/*
exchange = "binance"
title    = "Spot Trade History (Czech)"
source   = "csv"
one_row  = "one fill; the file has no ids, and equal lines are fills of their own"
streams  = ["trades"]
zone     = "UTC"
step     = "1s"
zone_stated = false                  # translated files were seen to be in local time
[columns]
moment     = { type = "time", names = ["Čas"], formats = ["%y-%m-%d %H:%M:%S"] }
traded     = { type = "text", names = ["Pár"] }
way     = { type = "text", names = ["Strana"] }
rate    = { type = "money", names = ["Cena"] }
base_size = { type = "glued", names = ["Provedeno"], pair = "traded" }
quote_size   = { type = "glued", names = ["Částka"], pair = "traded" }
charge      = { type = "glued", names = ["Poplatek"], pair = "traded" }
*/
SELECT
    line,
    CASE WHEN upper(way) NOT IN ('BUY', 'SELL') THEN 'unknown side ' || way END AS quarantine,
    'movement' AS grain,
    moment AS occurred_at,
    'trade' AS kind,
    'trade' AS source_type,
    base_size_asset || '/' || quote_size_asset AS market,
    lower(way) AS side,
    rate AS price,
    CASE WHEN upper(way) = 'BUY' THEN quote_size_asset ELSE base_size_asset END AS out_asset,
    CASE WHEN upper(way) = 'BUY' THEN quote_size ELSE base_size END AS out_amount,
    CASE WHEN upper(way) = 'BUY' THEN base_size_asset ELSE quote_size_asset END AS in_asset,
    CASE WHEN upper(way) = 'BUY' THEN base_size ELSE quote_size END AS in_amount,
    binance_asset(charge_asset) AS fee_asset,
    charge AS fee_amount
FROM rows

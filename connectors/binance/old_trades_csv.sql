/*
exchange = "binance"
title    = "Trade History (until 2021)"
source   = "csv"
one_row  = "one fill; the file has no ids, and equal lines are fills of their own"
streams  = ["trades"]
zone     = "UTC"
step     = "1s"
[columns]
time       = { type = "time", names = ["Date(UTC)", "Date"], formats = ["%y-%m-%d %H:%M:%S"] }
Market     = "text"
Type       = "text"
Price      = "money"
Amount     = "money"
Total      = "money"
Fee        = "money"
"Fee Coin" = "text"
*/
WITH split AS (
    SELECT rows.*, CASE WHEN markets.base IS NOT NULL THEN [markets.base, markets.quote] ELSE split_pair(Market, binance_quotes()) END AS coins
    FROM rows LEFT JOIN markets ON markets.symbol = Market
),
told AS (SELECT *, coins[1] AS base, coins[2] AS quote FROM split)
SELECT
    line,
    CASE
        WHEN base IS NULL THEN 'unknown market ' || Market || ': base and quote are not told'
        WHEN upper(Type) NOT IN ('BUY', 'SELL') THEN 'unknown type ' || Type
    END AS quarantine,
    'movement' AS grain,
    time AS occurred_at,
    'trade' AS kind,
    'trade' AS source_type,
    base || '/' || quote AS market,
    lower(Type) AS side,
    Price AS price,
    CASE WHEN upper(Type) = 'BUY' THEN quote ELSE base END AS out_asset,
    CASE WHEN upper(Type) = 'BUY' THEN Total ELSE Amount END AS out_amount,
    CASE WHEN upper(Type) = 'BUY' THEN base ELSE quote END AS in_asset,
    CASE WHEN upper(Type) = 'BUY' THEN Amount ELSE Total END AS in_amount,
    binance_asset("Fee Coin") AS fee_asset,
    Fee AS fee_amount
FROM told

/*
exchange = "binance"
title    = "Earn: interest history"
one_row  = "one interest payment; no ids, and equal lines are payments of their own"
streams  = ["dividends"]
zone     = "UTC"
step     = "1s"
[columns]
time    = { type = "time", names = ["Date(UTC)"], formats = ["%y-%m-%d %H:%M:%S"] }
product = { type = "text", names = ["Product Name"] }
Coin    = "text"
Amount  = "number"
*/
SELECT
    line,
    CASE WHEN Amount < 0 THEN 'an interest below zero' END AS quarantine,
    'movement' AS grain,
    time AS occurred_at,
    'reward' AS kind,
    product AS source_type,
    binance_asset(Coin) AS in_asset,
    Amount AS in_amount,
    0::DECIMAL(38, 18) AS fee_amount
FROM rows

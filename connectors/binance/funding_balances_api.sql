/*
exchange = "binance"
title    = "POST /sapi/v1/asset/get-funding-asset"
source   = "api"
one_row  = "what the funding wallet holds of one asset, in whatever state"
streams  = ["balances"]
zone     = "UTC"
step     = "1ms"
rows     = "[]"
ignored  = ["btcValuation"]
[columns]
asset       = "text"
free        = "number"
locked      = "number?"
freeze      = "number?"
withdrawing = "number?"
*/
SELECT
    line,
    'balance' AS grain,
    fetched_at AS occurred_at,
    'funding' AS wallet,
    binance_asset(asset) AS in_asset,
    free + coalesce(locked, 0) + coalesce("freeze", 0) + coalesce(withdrawing, 0) AS in_amount
FROM rows

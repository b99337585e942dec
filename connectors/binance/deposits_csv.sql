/*
exchange = "binance"
title    = "Deposit History"
source   = "csv"
one_row  = "one deposit of coins; the whole amount is credited"
streams  = ["deposits"]
zone     = "UTC"
step     = "1s"
[columns]
time    = { type = "time", names = ["Date(UTC+0)", "Time"] }
Coin    = "text"
Network = "text?"
Amount  = "number"
Address = "text?"
TXID    = "text?"
Status  = "text"
[skip]
not_completed = "only completed deposits were credited"
*/
SELECT
    line,
    CASE WHEN NOT binance_is_done(Status) THEN 'not_completed' END AS skip,
    CASE WHEN binance_is_done(Status) IS NULL THEN 'unknown deposit status ' || Status END AS quarantine,
    'movement' AS grain,
    time AS occurred_at,
    -- a transfer from another Binance account has a sentence for a hash
    CASE WHEN NOT contains(TXID, ' ') THEN TXID END AS tx_hash,
    86400 AS match_window,
    'deposit' AS kind,
    'deposit' AS source_type,
    binance_asset(Coin) AS in_asset,
    Amount AS in_amount,
    0::DECIMAL(38, 18) AS fee_amount,
    concat_ws(' ', Network, Address) AS note
FROM rows

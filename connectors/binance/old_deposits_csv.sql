/*
exchange  = "binance"
title     = "Deposit History (until 2024; the same columns as the withdrawals')"
source    = "csv"
one_row   = "one deposit of coins; the whole amount is credited"
streams   = ["deposits"]
zone      = "UTC"
step      = "1s"
file_name = "deposit"
ignored   = ["SourceAddress", "PaymentID"]
[columns]
time           = { type = "time", names = ["Date(UTC)", "Date"], formats = ["%y-%m-%d %H:%M:%S"] }
Coin           = "text"
Network        = "text?"
Amount         = "number"
TransactionFee = "number"
Address        = "text?"
TXID           = "text?"
Status         = "text"
[skip]
not_completed = "only completed deposits were credited"
*/
SELECT
    line,
    CASE WHEN NOT binance_is_done(Status) THEN 'not_completed' END AS skip,
    CASE
        -- no deposit costs a fee: this is a file of withdrawals
        WHEN TransactionFee <> 0 THEN 'a deposit with a fee: the file may be one of withdrawals'
        WHEN binance_is_done(Status) IS NULL THEN 'unknown deposit status ' || Status
    END AS quarantine,
    'movement' AS grain,
    time AS occurred_at,
    CASE WHEN NOT contains(TXID, ' ') THEN TXID END AS tx_hash,
    86400 AS match_window,
    'deposit' AS kind,
    'deposit' AS source_type,
    binance_asset(Coin) AS in_asset,
    Amount AS in_amount,
    0::DECIMAL(38, 18) AS fee_amount,
    concat_ws(' ', Network, Address) AS note
FROM rows

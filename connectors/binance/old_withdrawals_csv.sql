/*
exchange  = "binance"
title     = "Withdrawal History (until 2024; the same columns as the deposits')"
source    = "csv"
one_row   = "one withdrawal of coins; Amount is what was sent, the fee was debited on top"
streams   = ["withdrawals"]
zone      = "UTC"
step      = "1s"
file_name = "withdraw"
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
not_completed = "only completed withdrawals were debited: what was held for the others is free again"
*/
SELECT
    line,
    CASE WHEN NOT binance_is_done(Status) THEN 'not_completed' END AS skip,
    CASE WHEN binance_is_done(Status) IS NULL THEN 'unknown withdrawal status ' || Status END AS quarantine,
    'movement' AS grain,
    time AS occurred_at,
    CASE WHEN NOT contains(TXID, ' ') THEN TXID END AS tx_hash,
    86400 AS match_window,
    'withdrawal' AS kind,
    'withdrawal' AS source_type,
    binance_asset(Coin) AS out_asset,
    Amount AS out_amount,
    binance_asset(Coin) AS fee_asset,
    TransactionFee AS fee_amount,
    concat_ws(' ', Network, Address) AS note
FROM rows

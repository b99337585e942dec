/*
exchange = "binance"
title    = "GET /sapi/v1/capital/withdraw/history"
source   = "api"
one_row  = "one withdrawal, at the time it was asked for; amount is what was sent, the fee was debited on top in the same coin"
streams  = ["withdrawals"]
zone     = "UTC"
step     = "1s"
rows     = "[]"
ignored  = ["addressTag", "completeTime", "confirmNo", "info", "txKey", "withdrawOrderId"]
[columns]
id             = "text"
amount         = "number"
transactionFee = "number?"
coin           = "text"
network        = "text?"
status         = "text"
address        = "text?"
txId           = "text?"
applyTime      = "time"
transferType   = "text?"
walletType     = "text?"
[skip]
cancelled = "cancelled before it was sent: what was held for it is free again"
rejected  = "rejected by the exchange: what was held for it is free again"
failed    = "failed: what was held for it is free again"
*/
SELECT
    line,
    -- 1 is 'cancelled' here, and 'success' among the deposits
    CASE status WHEN '1' THEN 'cancelled' WHEN '3' THEN 'rejected' WHEN '5' THEN 'failed' END AS skip,
    CASE WHEN status NOT IN ('0', '1', '2', '3', '4', '5', '6') THEN 'unknown withdrawal status ' || status END AS quarantine,
    'movement' AS grain,
    'withdrawal' AS namespace,
    id AS row_id,
    CASE WHEN coalesce(transferType, '0') = '0' THEN txId END AS tx_hash,
    applyTime AS occurred_at,
    86400 AS match_window,
    'withdrawal' AS kind,
    'withdrawal' AS source_type,
    CASE WHEN status = '6' THEN 'final' ELSE 'open' END AS status,
    CASE WHEN walletType = '1' THEN 'funding' ELSE 'spot' END AS wallet,
    binance_asset(coin) AS out_asset,
    amount AS out_amount,
    CASE WHEN transactionFee IS NOT NULL THEN binance_asset(coin) END AS fee_asset,
    transactionFee AS fee_amount,
    concat_ws(' ', network, address, CASE WHEN transferType = '1' THEN txId END) AS note
FROM rows

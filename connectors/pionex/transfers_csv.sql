/*
exchange = "pionex"
title    = "Deposits and withdrawals"
one_row  = "one deposit or withdrawal; the fee is debited on top of the amount"
streams  = ["deposits", "withdrawals"]
zone     = "UTC"
step     = "1s"
[columns]
time     = { type = "time", match = '^date\(UTC[-+]\d+\)$', formats = ["%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M"] }
type     = { type = "text", names = ["tx_type"] }
amount   = "number"
coin     = "text"
network  = "text"
txid     = "text"
fee      = "number"

A coin has its network behind its name (BUSDBEP20).
*/
WITH coded AS (
    SELECT *, CASE WHEN network <> '' AND upper(coin) <> upper(network) AND ends_with(upper(coin), upper(network)) THEN left(upper(coin), length(coin) - length(network))
                   ELSE upper(coin) END AS asset, starts_with(upper(type), 'WITHDRAW') AS goes
    FROM rows
)
SELECT
    line,
    CASE WHEN NOT goes AND upper(type) <> 'DEPOSIT' THEN 'tx_type ' || type || ' is neither a deposit nor a withdrawal' END AS quarantine,
    'movement' AS grain,
    nullif(txid, '') AS tx_hash,
    time AS occurred_at,
    86400 AS match_window,
    if(goes, 'withdrawal', 'deposit') AS kind,
    type AS source_type,
    CASE WHEN goes THEN asset END AS out_asset,
    CASE WHEN goes THEN amount END AS out_amount,
    CASE WHEN NOT goes THEN asset END AS in_asset,
    CASE WHEN NOT goes THEN amount END AS in_amount,
    CASE WHEN fee <> 0 THEN asset END AS fee_asset,
    fee AS fee_amount,
    network AS note
FROM coded

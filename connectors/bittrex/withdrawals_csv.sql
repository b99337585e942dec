/*
exchange = "bittrex"
title    = "Withdrawal History (until 2020)"
one_row  = "one request of a withdrawal, also those that came to nothing"
streams  = ["withdrawals"]
zone     = "UTC"
step     = "1s"
ignored  = ["Target", "BankInfo"]
[columns]
id         = { type = "id", names = ["PaymentUuid"] }
currency   = { type = "text", names = ["Currency"] }
amount     = { type = "number", names = ["Amount"] }
address    = { type = "text", names = ["Address"] }
time       = { type = "time", names = ["OpenedDate", "Opened"], formats = ["%m/%d/%Y %I:%M:%S %p"] }
authorized = { type = "text", names = ["Authorized"] }
pending    = { type = "text?", names = ["Pending", "PendingPayment"] }
fee        = { type = "number", names = ["TxFee", "TxCost"] }
canceled   = { type = "text", names = ["Canceled"] }
txid       = { type = "text", names = ["TxId"] }
invalid    = { type = "text?", names = ["InvalidAddress"] }
[skip]
moved_nothing = "canceled, not authorized or to an invalid address: no balance changed"

The amount is what was sent, the fee was debited on top.
*/
SELECT
    line,
    CASE WHEN bittrex_is_true(canceled) OR NOT bittrex_is_true(authorized) OR bittrex_is_true(invalid) THEN 'moved_nothing' END AS skip,
    'movement' AS grain,
    'withdrawal' AS namespace,
    id AS row_id,
    nullif(txid, '') AS tx_hash,
    time AS occurred_at,
    86400 AS match_window,
    'withdrawal' AS kind,
    'withdrawal' AS source_type,
    CASE WHEN bittrex_is_true(pending) AND txid = '' THEN 'open' ELSE 'final' END AS status,
    bittrex_asset(currency) AS out_asset,
    amount AS out_amount,
    bittrex_asset(currency) AS fee_asset,
    fee AS fee_amount,
    nullif(address, '') AS note
FROM rows

/*
exchange = "bittrex"
title    = "Deposit History (until 2020)"
one_row  = "one deposit"
streams  = ["deposits"]
zone     = "UTC"
step     = "1s"
ignored  = ["Confirmations", "PropertyBagError", "BankInfo", "DepositUuid"]
[columns]
id       = { type = "id", names = ["Id", "UUID"] }
currency = { type = "text", names = ["Currency"] }
amount   = { type = "number", names = ["Amount"] }
time     = { type = "time", names = ["LastUpdatedDate", "LastUpdated"], formats = ["%m/%d/%Y %I:%M:%S %p"] }
txid     = { type = "text", names = ["TxId"] }
address  = { type = "text", names = ["CryptoAddress"] }
source   = { type = "text?", names = ["Source"] }
state    = { type = "text?", names = ["State"] }
[skip]
not_confirmed = "a deposit that never confirmed; no balance changed"

Older files list confirmed deposits only and have no state.
*/
SELECT
    line,
    CASE WHEN state IS NOT NULL AND upper(state) NOT IN ('CONFIRMED', 'COMPLETED') THEN 'not_confirmed' END AS skip,
    'movement' AS grain,
    'deposit' AS namespace,
    id AS row_id,
    nullif(txid, '') AS tx_hash,
    time AS occurred_at,
    86400 AS match_window,
    'deposit' AS kind,
    'deposit' AS source_type,
    bittrex_asset(currency) AS in_asset,
    amount AS in_amount,
    0 AS fee_amount,
    concat_ws(' ', source, address) AS note
FROM rows

/*
exchange = "bittrex"
title    = "Transaction History (2021 and later)"
one_row  = "one deposit or withdrawal; no fees are told"
streams  = ["deposits", "withdrawals"]
zone     = "UTC"
step     = "1s"
ignored  = ["Memo/Tag"]
untold_fees = ["withdrawal"]
[columns]
time     = { type = "time", names = ["Date"], formats = ["%m/%d/%Y %I:%M:%S %p"] }
currency = { type = "text", names = ["Currency"] }
type     = { type = "text", names = ["Type"] }
address  = { type = "text", names = ["Address"] }
txid     = { type = "text", names = ["TxId"] }
amount   = { type = "number", names = ["Amount"] }

Amounts are signed, with a plus for what came.
*/
SELECT
    line,
    CASE WHEN upper(type) NOT IN ('DEPOSIT', 'WITHDRAWAL') THEN 'type ' || type || ' is neither a deposit nor a withdrawal' END AS quarantine,
    'movement' AS grain,
    nullif(txid, '') AS tx_hash,
    time AS occurred_at,
    86400 AS match_window,
    lower(type) AS kind,
    type AS source_type,
    CASE WHEN upper(type) = 'WITHDRAWAL' THEN bittrex_asset(currency) END AS out_asset,
    CASE WHEN upper(type) = 'WITHDRAWAL' THEN abs(amount) END AS out_amount,
    CASE WHEN upper(type) = 'DEPOSIT' THEN bittrex_asset(currency) END AS in_asset,
    CASE WHEN upper(type) = 'DEPOSIT' THEN abs(amount) END AS in_amount,
    CASE WHEN upper(type) = 'DEPOSIT' THEN 0 END AS fee_amount,
    nullif(address, '') AS note
FROM rows

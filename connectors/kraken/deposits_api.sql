/*
exchange = "kraken"
title    = "DepositStatus"
source   = "api"
one_row  = "one deposit"
streams  = ["deposits"]
books    = false
step     = "1s"
rows     = "result.deposit[]"
ignored  = ["aclass", "network", "originators"]
[columns]
refid  = "text"
asset  = "text"
amount = "number"
fee    = "number?"
time   = "unix_s"
status = "text"
prop   = { type = "text?", path = "status-prop" }
txid   = "text?"
info   = "text?"
method = "text?"
[skip]
failed = "Kraken did not book it"

Describes what the ledger books under the same refid. The time is that of the request. Settled is not final: it waits for
confirmations.
*/
SELECT
    line,
    CASE WHEN status = 'Failure' THEN 'failed' END AS skip,
    'describe' AS grain,
    'deposit' AS namespace,
    refid AS row_id,
    'ref:' || refid AS event_id,
    nullif(txid, '') AS tx_hash,
    time AS occurred_at,
    86400 AS match_window,
    'deposit' AS kind,
    concat_ws('/', status, nullif(prop, '')) AS source_type,
    CASE WHEN status = 'Success' THEN 'final' ELSE 'open' END AS status,
    kraken_wallet(asset) AS wallet,
    kraken_asset(asset) AS in_asset,
    amount AS in_amount,
    CASE WHEN fee <> 0 THEN kraken_asset(asset) END AS fee_asset,
    fee AS fee_amount,
    nullif(concat_ws(', ', nullif(method, ''), 'to ' || nullif(info, '')), '') AS note
FROM rows

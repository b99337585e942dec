/*
exchange = "bittrex"
title    = "Withdrawal History (column names in capitals)"
one_row  = "one request of a withdrawal, also those that came to nothing"
streams  = ["withdrawals"]
zone     = "UTC"
step     = "1s"
ignored  = ["LASTUPDATED"]
[columns]
id       = { type = "id", names = ["UUID"] }
amount   = "number"
currency = "text"
address  = "text"
txid     = "text"
opened   = { type = "time", formats = ["%m/%d/%Y %I:%M:%S %p"] }
closed   = { type = "time?", formats = ["%m/%d/%Y %I:%M:%S %p"] }
fee      = { type = "number", names = ["TXCOST"] }
state    = "text"
[skip]
moved_nothing = "canceled or failed: no balance changed"

The amount is what was sent, the fee was debited on top.
*/
WITH judged AS (SELECT *, CASE WHEN upper(state) = 'AUTHORIZED' THEN 'done' ELSE fate_of(state) END AS fate FROM rows)
SELECT
    line,
    CASE WHEN fate = 'nothing' THEN 'moved_nothing' END AS skip,
    CASE WHEN fate IS NULL THEN 'unknown state ' || state END AS quarantine,
    'movement' AS grain,
    'withdrawal' AS namespace,
    id AS row_id,
    nullif(txid, '') AS tx_hash,
    coalesce(closed, opened) AS occurred_at,
    86400 AS match_window,
    'withdrawal' AS kind,
    'withdrawal' AS source_type,
    CASE WHEN fate = 'open' THEN 'open' ELSE 'final' END AS status,
    bittrex_asset(currency) AS out_asset,
    amount AS out_amount,
    bittrex_asset(currency) AS fee_asset,
    fee AS fee_amount,
    nullif(address, '') AS note
FROM judged

/*
exchange = "ftx"
title    = "Withdrawals"
one_row  = "one withdrawal; a fee was debited on top of the amount"
streams  = ["withdrawals"]
zone     = "UTC"
step     = "1s"
[columns]
number  = { type = "text?", names = ["id"] }
time    = { type = "time", names = ["Time"], formats = ["%m/%d/%Y, %I:%M:%S %p"] }
code    = { type = "text", names = ["Coin"] }
amount  = { type = "number", names = ["Amount", "size"] }
address = { type = "text", names = ["Destination", "address"] }
status  = { type = "text", names = ["Status"] }
txid    = { type = "text", names = ["Transaction ID", "txid"] }
fee     = { type = "number?", names = ["fee"] }
[skip]
moved_nothing = "failed or canceled: no balance changed"
*/
WITH judged AS (SELECT *, CASE WHEN lower(status) = 'requested' THEN 'open' ELSE fate_of(status) END AS fate FROM rows)
SELECT
    line,
    CASE WHEN fate = 'nothing' THEN 'moved_nothing' END AS skip,
    CASE WHEN fate IS NULL THEN 'unknown status ' || status END AS quarantine,
    'movement' AS grain,
    CASE WHEN number IS NOT NULL THEN 'withdrawal' END AS namespace,
    number AS row_id,
    nullif(txid, '') AS tx_hash,
    time AS occurred_at,
    86400 AS match_window,
    'withdrawal' AS kind,
    'withdrawal' AS source_type,
    CASE WHEN fate = 'open' THEN 'open' ELSE 'final' END AS status,
    upper(code) AS out_asset,
    amount AS out_amount,
    CASE WHEN fee <> 0 THEN upper(code) END AS fee_asset,
    coalesce(fee, 0) AS fee_amount,
    nullif(address, '') AS note
FROM judged

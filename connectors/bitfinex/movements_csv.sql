/*
exchange = "bitfinex"
title    = "Movements"
one_row  = "one deposit or withdrawal"
streams  = ["movements"]
step     = "1s"
ignored  = ["UPDATED"]
[columns]
id      = { type = "id", names = ["#"] }
time    = { type = "time", names = ["STARTED", "DATE"], formats = [["%d-%m-%y %H:%M:%S", "%m-%d-%y %H:%M:%S"], ["%d-%m-%Y %H:%M:%S", "%m-%d-%Y %H:%M:%S"]] }
asset   = { type = "text", names = ["CURRENCY"] }
status  = { type = "text", names = ["STATUS"] }
amount  = { type = "number", names = ["AMOUNT"] }
fees    = { type = "number", names = ["FEES"] }
address = { type = "text", names = ["DESCRIPTION"] }
hash    = { type = "text", names = ["TRANSACTION ID"] }
note    = { type = "text?", names = ["NOTE"] }
[skip]
not_completed = "only what completed moved the balance"

Amounts are signed, fees are negative and on top.
*/
SELECT
    line,
    CASE WHEN upper(status) IN ('CANCELED', 'CANCELLED', 'FAILED', 'REJECTED', 'PENDING', 'PROCESSING', 'UNCONFIRMED', 'PENDING REVIEW',
                                'USER EMAILED', 'APPROVED', 'SENDING', 'UNAPPROVED', 'PROCESSING FEE') THEN 'not_completed' END AS skip,
    CASE WHEN upper(status) NOT IN ('COMPLETED', 'CANCELED', 'CANCELLED', 'FAILED', 'REJECTED', 'PENDING', 'PROCESSING', 'UNCONFIRMED',
                                    'PENDING REVIEW', 'USER EMAILED', 'APPROVED', 'SENDING', 'UNAPPROVED', 'PROCESSING FEE')
         THEN 'unknown status ' || status END AS quarantine,
    'movement' AS grain,
    CASE WHEN id <> '' THEN 'movement' END AS namespace,
    nullif(id, '') AS row_id,
    nullif(hash, '') AS tx_hash,
    time AS occurred_at,
    86400 AS match_window,
    if(amount < 0, 'withdrawal', 'deposit') AS kind,
    if(amount < 0, 'withdrawal', 'deposit') AS source_type,
    CASE WHEN amount < 0 THEN bitfinex_asset(asset) END AS out_asset,
    CASE WHEN amount < 0 THEN -amount END AS out_amount,
    CASE WHEN amount >= 0 THEN bitfinex_asset(asset) END AS in_asset,
    CASE WHEN amount >= 0 THEN amount END AS in_amount,
    bitfinex_asset(asset) AS fee_asset,
    abs(fees) AS fee_amount,
    concat_ws(' ', nullif(address, ''), note) AS note
FROM rows

/*
exchange = "whitebit"
title    = "Withdrawals"
one_row  = "one withdrawal; what was processed is what was sent and the fee together"
streams  = ["withdrawals"]
zone     = "UTC"
step     = "1s"
ignored  = ["Updated At", "Requested Amount", "Requested Fee"]
[columns]
id            = { type = "id", names = ["Id"] }
currency      = { type = "text", names = ["Currency"] }
address       = { type = "text", names = ["Address"] }
hash          = { type = "text", names = ["Hash"] }
processed     = { type = "number", names = ["Processed Amount"] }
processed_fee = { type = "number", names = ["Processed Fee"] }
status        = { type = "text", names = ["Status"] }
time          = { type = "time", names = ["Created At"], formats = ["%Y-%m-%dUTC%H:%M:%S", "%Y-%m-%d UTC %H:%M:%S"] }
[skip]
moved_nothing = "failed or canceled: no balance changed"
*/
WITH judged AS (SELECT *, fate_of(status) AS fate FROM rows)
SELECT
    line,
    CASE WHEN fate = 'nothing' THEN 'moved_nothing' END AS skip,
    CASE WHEN fate IS NULL THEN 'unknown status ' || status END AS quarantine,
    'movement' AS grain,
    'withdrawal' AS namespace,
    id AS row_id,
    nullif(hash, '') AS tx_hash,
    time AS occurred_at,
    86400 AS match_window,
    'withdrawal' AS kind,
    'withdrawal' AS source_type,
    CASE WHEN fate = 'open' THEN 'open' ELSE 'final' END AS status,
    upper(currency) AS out_asset,
    processed - processed_fee AS out_amount,
    upper(currency) AS fee_asset,
    processed_fee AS fee_amount,
    nullif(address, '') AS note
FROM judged

/*
exchange = "ftx"
title    = "Staking rewards"
one_row  = "one reward"
streams  = ["staking"]
zone     = "UTC"
step     = "1s"
[columns]
time   = { type = "time", names = ["Time"], formats = ["%m/%d/%Y, %I:%M:%S %p"] }
notes  = { type = "text", names = ["Notes"] }
code   = { type = "text", names = ["Coin"] }
reward = { type = "number", names = ["Reward"] }
*/
SELECT
    line,
    'movement' AS grain,
    time AS occurred_at,
    'reward' AS kind,
    'staking' AS source_type,
    upper(code) AS in_asset,
    reward AS in_amount,
    0 AS fee_amount,
    nullif(notes, '') AS note
FROM rows

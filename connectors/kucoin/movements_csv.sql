/*
exchange = "kucoin"
title    = "Deposits and withdrawals (first generation)"
one_row  = "one deposit or withdrawal"
streams  = ["deposits", "withdrawals"]
zone     = "Asia/Singapore"
step     = "1s"
untold_fees = ["withdrawal"]
[columns]
coin    = { type = "text", names = ["coin_type"] }
type    = "text"
address = { type = "text?", names = ["add"] }
hash    = "text"
amount  = { type = "number", names = ["vol"] }
time    = { type = "time", names = ["created_at"] }

Times are Singapore's. Only what succeeded is listed; fees are not told.
*/
SELECT
    line,
    CASE WHEN upper(type) NOT IN ('DEPOSIT', 'WITHDRAW') THEN 'neither deposit nor withdrawal: ' || type END AS quarantine,
    'movement' AS grain,
    nullif(hash, '') AS tx_hash,
    time AS occurred_at,
    86400 AS match_window,
    if(upper(type) = 'DEPOSIT', 'deposit', 'withdrawal') AS kind,
    type AS source_type,
    CASE WHEN upper(type) = 'WITHDRAW' THEN upper(coin) END AS out_asset,
    CASE WHEN upper(type) = 'WITHDRAW' THEN amount END AS out_amount,
    CASE WHEN upper(type) = 'DEPOSIT' THEN upper(coin) END AS in_asset,
    CASE WHEN upper(type) = 'DEPOSIT' THEN amount END AS in_amount,
    address AS note
FROM rows

/*
exchange = "bingx"
title    = "Fund account"
one_row  = "one change of one balance of the fund account"
streams  = ["deposits", "withdrawals"]
zone     = "UTC"
zone_stated = false
step     = "1s"
ignored  = ["UID", "new_available_amount"]
[columns]
time   = { type = "time", match = '^Time\(.*\)$' }
type   = { type = "text" }
amount = { type = "number" }
coin   = { type = "text", names = ["asset_name"] }
remark = { type = "text?" }
[skip]
internal      = "a move between the accounts of the same owner: their sum does not change"
nothing_moved = "the amount is 0"

The header names the zone. Amounts are signed, with any fee in them. What was bought from another user was paid outside of BingX.
*/
WITH told AS (
    SELECT *, lower(trim(type)) AS word, upper(trim(coin)) AS asset FROM rows
)
SELECT
    line,
    CASE WHEN contains(word, '->') THEN 'internal' WHEN amount = 0 THEN 'nothing_moved' END AS skip,
    'statement' AS grain,
    nullif(regexp_extract(remark, '(?i)transactionid: *((0x)?[0-9a-f]{64})', 1), '') AS tx_hash,
    time AS occurred_at,
    CASE WHEN contains(word, 'withdraw') OR contains(word, 'deposit') THEN 86400 END AS match_window,
    CASE WHEN contains(word, 'withdraw') AND amount < 0 THEN 'withdrawal' WHEN (contains(word, 'deposit') OR contains(word, 'top up')) AND amount > 0 THEN 'deposit'
         WHEN regexp_matches(word, 'rebate|commission') THEN 'rebate' WHEN regexp_matches(word, 'interest|reward|airdrop|bonus') AND amount > 0 THEN 'reward'
         ELSE 'other' END AS kind,
    trim(type) AS source_type,
    CASE WHEN amount < 0 THEN asset END AS out_asset,
    CASE WHEN amount < 0 THEN -amount END AS out_amount,
    CASE WHEN amount > 0 THEN asset END AS in_asset,
    CASE WHEN amount > 0 THEN amount END AS in_amount
FROM told

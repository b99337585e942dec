/*
exchange = "bitfinex"
title    = "Ledgers"
one_row  = "one change of one balance; fees are lines of their own"
streams  = ["trades", "movements", "ledger"]
step     = "1s"
ignored  = ["#"]
balance  = "balance"
balance_per = ["asset", "wallet"]
[columns]
words   = { type = "text", names = ["DESCRIPTION"] }
asset   = { type = "text", names = ["CURRENCY"] }
amount  = { type = "number", names = ["AMOUNT"] }
balance = { type = "number", names = ["BALANCE"] }
time    = { type = "time", names = ["DATE"], formats = [["%d-%m-%y %H:%M:%S", "%m-%d-%y %H:%M:%S"], ["%d-%m-%Y %H:%M:%S", "%m-%d-%Y %H:%M:%S"]] }
wallet  = { type = "text?", names = ["WALLET"] }
[skip]
nothing_moved = "the change is 0"

The business of a line stands in its description, in words; where there is no column for the wallet it ends with it ('on Margin
wallet', 'on wallet exchange'). Moves between wallets have a line for each.
*/
WITH told AS (
    SELECT *, lower(words) AS said, bitfinex_kind(lower(words)) AS kind,
        bitfinex_wallet(lower(coalesce(wallet,
            nullif(regexp_extract(lower(words), 'on wallet (\w+)', 1), ''), nullif(regexp_extract(lower(words), 'on (\w+) wallet', 1), ''), ''))) AS place
    FROM rows
)
SELECT
    line,
    CASE WHEN amount = 0 THEN 'nothing_moved' END AS skip,
    'statement' AS grain,
    CASE WHEN kind = 'transfer' THEN moved_event(time, bitfinex_asset(asset), amount) END AS event_id,
    time AS occurred_at,
    CASE WHEN kind IN ('deposit', 'withdrawal') THEN 86400 END AS match_window,
    kind,
    regexp_replace(words, '[0-9.,]+', '#', 'g') AS source_type,
    place AS wallet,
    CASE WHEN kind <> 'fee' AND amount < 0 THEN bitfinex_asset(asset) END AS out_asset,
    CASE WHEN kind <> 'fee' AND amount < 0 THEN -amount END AS out_amount,
    CASE WHEN kind <> 'fee' AND amount > 0 THEN bitfinex_asset(asset) END AS in_asset,
    CASE WHEN kind <> 'fee' AND amount > 0 THEN amount END AS in_amount,
    CASE WHEN kind = 'fee' THEN bitfinex_asset(asset) END AS fee_asset,
    CASE WHEN kind = 'fee' THEN -amount END AS fee_amount,
    words AS note
FROM told

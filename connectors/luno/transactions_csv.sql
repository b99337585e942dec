/*
exchange = "luno"
title    = "Wallet transactions (one file for each wallet)"
one_row  = "one change of one wallet's balance; fees are lines of their own"
streams  = ["trades", "deposits", "withdrawals"]
one_wallet = true
zone     = "UTC"
step     = "1s"
balance  = "balance"
balance_per = ["wallet_id"]
sequence = "row_no"
ignored  = ["Available balance delta", "Available balance", "Value", "Value currency", "Value amount"]
[columns]
wallet_id = { type = "id", names = ["Wallet ID"] }
row_no    = { type = "number", names = ["Row"] }
time      = { type = "time", names = ["Timestamp (UTC)"] }
text      = { type = "text", names = ["Description"] }
currency  = { type = "text", names = ["Currency"] }
moved     = { type = "number", names = ["Balance delta"] }
balance   = { type = "number", names = ["Balance"] }
tx_hash   = { type = "text?", names = ["Cryptocurrency transaction ID"] }
address   = { type = "text?", names = ["Cryptocurrency address"] }
reference = { type = "text?", names = ["Reference"] }
[skip]
nothing_moved = "funds reserved or released: the balance itself did not change"

A trade stands in the files of both its wallets, and its sides meet by time. The description is Luno's words, or of a send what the
owner wrote: a line with an address or a hash is a movement whatever it says. The fee of an instant trade is inside its price.
Luno numbers a wallet's entries "sequentially starting from 1" (its API's ListTransactions), those that move nothing too.
*/
WITH sorted AS (
    SELECT *, CASE upper(currency) WHEN 'XBT' THEN 'BTC' ELSE upper(currency) END AS asset, CASE
        WHEN regexp_matches(text, '(?i)^(bought|sold) ') THEN 'trade'
        WHEN regexp_matches(text, '(?i)(^trading fee| send fee|^withdrawal fee|^network fee)') THEN 'fee'
        WHEN regexp_matches(text, '(?i)^(interest paid|staking reward|reward|promo|referral)') THEN 'reward'
        WHEN regexp_matches(text, '(?i)^(transferred|transfer) ') THEN 'transfer'
        WHEN regexp_matches(text, '(?i)^(received |deposit|sent |payment sent|withdrawal|withdrew)') OR tx_hash IS NOT NULL OR address IS NOT NULL
            THEN if(moved < 0, 'withdrawal', 'deposit')
        ELSE 'other' END AS kind
    FROM rows
)
SELECT
    line,
    CASE WHEN moved = 0 THEN 'nothing_moved' END AS skip,
    'statement' AS grain,
    tx_hash,
    time AS occurred_at,
    CASE WHEN kind IN ('deposit', 'withdrawal') THEN 86400 END AS match_window,
    kind,
    CASE kind WHEN 'trade' THEN split_part(text, ' ', 1) WHEN 'other' THEN text ELSE kind END AS source_type,
    CASE WHEN kind <> 'fee' AND moved < 0 THEN asset END AS out_asset,
    CASE WHEN kind <> 'fee' AND moved < 0 THEN -moved END AS out_amount,
    CASE WHEN kind <> 'fee' AND moved > 0 THEN asset END AS in_asset,
    CASE WHEN kind <> 'fee' AND moved > 0 THEN moved END AS in_amount,
    CASE WHEN kind = 'fee' THEN asset END AS fee_asset,
    CASE WHEN kind = 'fee' THEN -moved END AS fee_amount,
    concat_ws(' ', text, reference) AS note
FROM sorted

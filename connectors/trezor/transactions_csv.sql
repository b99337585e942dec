/*
exchange = "trezor"
title    = "Transactions of an account (Trezor Suite)"
one_row  = "one output of one transaction of the wallet; the network fee stands beside the first"
streams  = ["transactions"]
zone     = "UTC"
step     = "1s"
ignored  = ["Date", "Time", "Other", "Fiat (USD)", "Fiat (EUR)", "Fiat (GBP)", "Fiat (CZK)"]
[columns]
seconds  = { type = "unix_s", names = ["Timestamp"] }
type     = { type = "text", names = ["Type"] }
hash     = { type = "text", names = ["Transaction ID"] }
fee      = { type = "number?", names = ["Fee"] }
fee_unit = { type = "text?", names = ["Fee unit"] }
address  = { type = "text", names = ["Address"] }
label    = { type = "text?", names = ["Label"] }
amount   = { type = "text", names = ["Amount"] }
unit     = { type = "text", names = ["Amount unit"] }
[skip]
no_asset = "an NFT (its amount is an id), which is no balance of a coin"

A wallet, no exchange. Amounts are not signed, and the network fee is on top of them; what came in was credited whole. SELF moves
coins between addresses of the same account, FAILED moves none: both cost their fee.
*/
WITH worded AS (
    SELECT *, upper(type) AS word, number_of(amount) AS size, starts_with(amount, 'ID ') AS is_nft, upper(type) = 'RECV' AS arrives FROM rows
)
SELECT
    line,
    CASE WHEN is_nft AND fee IS NULL THEN 'no_asset' END AS skip,
    CASE WHEN word NOT IN ('RECV', 'SENT', 'SELF', 'FAILED') THEN 'unknown type ' || type
         WHEN size IS NULL AND NOT is_nft THEN 'amount ' || amount || ' is no number' END AS quarantine,
    'movement' AS grain,
    'operation' AS namespace,
    concat_ws(':', hash, word, unit, address, amount) AS row_id,
    nullif(hash, '') AS tx_hash,
    seconds AS occurred_at,
    CASE WHEN word IN ('RECV', 'SENT') THEN 86400 END AS match_window,
    CASE WHEN arrives THEN 'deposit' WHEN word = 'SENT' AND NOT is_nft THEN 'withdrawal' ELSE 'fee' END AS kind,
    type AS source_type,
    CASE WHEN word = 'SENT' AND NOT is_nft THEN upper(unit) END AS out_asset,
    CASE WHEN word = 'SENT' AND NOT is_nft THEN size END AS out_amount,
    CASE WHEN arrives AND NOT is_nft THEN upper(unit) END AS in_asset,
    CASE WHEN arrives AND NOT is_nft THEN size END AS in_amount,
    CASE WHEN NOT arrives AND fee <> 0 THEN upper(coalesce(fee_unit, unit)) END AS fee_asset,
    if(arrives, 0, coalesce(fee, 0)) AS fee_amount,
    concat_ws(' ', label, address) AS note
FROM worded

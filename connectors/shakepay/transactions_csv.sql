/*
exchange = "shakepay"
title    = "Transactions summary"
one_row  = "one transaction: what was debited and what was credited"
streams  = ["transactions"]
zone     = "UTC"
step     = "1s"
ignored  = ["Market Value", "Market Value Currency", "Book Cost", "Book Cost Currency"]
[columns]
type        = { type = "text", names = ["Transaction Type", "Type"] }
time        = { type = "time", names = ["Date"] }
given       = { type = "money?", names = ["Amount Debited"] }
given_code  = { type = "text", names = ["Debit Currency", "Asset Debited"] }
taken       = { type = "money?", names = ["Amount Credited"] }
taken_code  = { type = "text", names = ["Credit Currency", "Asset Credited"] }
rate        = { type = "money?", names = ["Buy / Sell Rate", "Exchange Rate"] }
direction   = { type = "text?", names = ["Direction", "Credit/Debit"] }
spot        = { type = "money?", names = ["Spot Rate"] }
other_end   = { type = "text?", names = ["Source / Destination", "Description"] }
tx_hash     = { type = "text?", names = ["Blockchain Transaction ID"] }

Rates have the fee in them: none is told. An e-transfer or a payment between users goes by the side that is filled. Files of one
currency each are exported together; no line is in two of them.
*/
WITH sided AS (
    SELECT *, lower(type) AS word, coalesce(given, 0) > 0 AND coalesce(taken, 0) > 0 AS swaps, coalesce(given, 0) > 0 AS goes FROM rows
)
SELECT
    line,
    CASE WHEN coalesce(given, 0) = 0 AND coalesce(taken, 0) = 0 THEN 'neither debited nor credited' END AS quarantine,
    'movement' AS grain,
    tx_hash,
    time AS occurred_at,
    CASE WHEN NOT swaps AND NOT regexp_matches(word, 'shakingsats|reward|referral|cashback|^other$') THEN 86400 END AS match_window,
    CASE
        WHEN swaps THEN swap_kind(given_code, taken_code)
        WHEN regexp_matches(word, 'shakingsats|reward|referral|cashback') OR (word = 'other' AND NOT goes) THEN 'reward'
        WHEN regexp_matches(word, '^(fiat|crypto) (funding|cashout)$|^crypto purchase$|^peer transfer$|e-transfer|^(send|receive|deposit|withdrawal)$|card')
            THEN if(goes, 'withdrawal', 'deposit')
        ELSE 'other'
    END AS kind,
    type AS source_type,
    CASE WHEN swaps AND is_fiat(given_code) THEN taken_code || '/' || given_code WHEN swaps AND is_fiat(taken_code) THEN given_code || '/' || taken_code END AS market,
    CASE WHEN swaps AND is_fiat(given_code) THEN 'buy' WHEN swaps AND is_fiat(taken_code) THEN 'sell' END AS side,
    CASE WHEN swaps THEN rate END AS price,
    CASE WHEN goes THEN given_code END AS out_asset,
    CASE WHEN goes THEN given END AS out_amount,
    CASE WHEN taken > 0 THEN taken_code END AS in_asset,
    CASE WHEN taken > 0 THEN taken END AS in_amount,
    CASE WHEN NOT goes OR swaps THEN 0 END AS fee_amount,
    other_end AS note
FROM sided

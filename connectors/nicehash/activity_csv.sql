/*
exchange = "nicehash"
title    = "Activity report (one file for each currency)"
one_row  = "one change of the balance of the file's currency"
streams  = ["activity"]
zone     = "UTC"
step     = "1s"
blank    = ["∑"]
ignored  = ["* Exchange rate"]
[columns]
time     = { type = "time?", names = ["Date time"] }
purpose  = { type = "text", names = ["Purpose"] }
amounts  = { type = "per_asset", match = '^Amount \(([A-Z0-9]+)\)$' }
[skip]
sum = "a sum of the lines above it"

The header names the currency, and beside it the money its amounts were worth. Sums stand below the lines, without a time.
*/
WITH coded AS (
    SELECT *, list_filter(map_keys(amounts), lambda code: NOT is_fiat(code))[1] AS code, lower(purpose) AS word FROM rows
),
sized AS (SELECT *, amounts[code] AS amount FROM coded)
SELECT
    line,
    CASE WHEN time IS NULL THEN 'sum' END AS skip,
    CASE WHEN amount IS NULL THEN 'it has no amount' END AS quarantine,
    'statement' AS grain,
    time AS occurred_at,
    CASE WHEN kind IN ('deposit', 'withdrawal') THEN 86400 END AS match_window,
    kind,
    purpose AS source_type,
    CASE WHEN kind <> 'fee' AND amount < 0 THEN code END AS out_asset,
    CASE WHEN kind <> 'fee' AND amount < 0 THEN -amount END AS out_amount,
    CASE WHEN kind <> 'fee' AND amount > 0 THEN code END AS in_asset,
    CASE WHEN kind <> 'fee' AND amount > 0 THEN amount END AS in_amount,
    CASE WHEN kind = 'fee' THEN code END AS fee_asset,
    CASE WHEN kind = 'fee' THEN -amount END AS fee_amount
FROM (
    SELECT *, CASE
        WHEN ends_with(word, ' fee') OR word = 'fee' THEN 'fee'
        WHEN contains(word, 'mining') THEN 'reward'
        WHEN starts_with(word, 'deposit') THEN 'deposit'
        WHEN starts_with(word, 'withdrawal') THEN 'withdrawal'
        WHEN contains(word, 'exchange') THEN 'trade'
        ELSE 'other'
    END AS kind
    FROM sized
)

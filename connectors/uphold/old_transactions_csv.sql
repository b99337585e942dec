/*
exchange = "uphold"
title    = "Transaction history (former)"
one_row  = "one transaction from an origin to a destination; either may be outside Uphold"
streams  = ["transactions"]
zone     = "UTC"
step     = "1s"
ignored  = ["pair", "rate", "origin_commission", "destination_commission"]
[columns]
time       = { type = "time", names = ["date"], formats = ["%a %b %d %Y %H:%M:%S GMT+0000"] }
id         = "text"
type       = "text"
value      = { type = "text?", match = '^value_in_\w{3}$' }
commission = { type = "text?", match = '^commission_in_\w{3}$' }
given_code = { type = "text", names = ["origin_currency"] }
given      = { type = "number", names = ["origin_amount"] }
taken_code = { type = "text", names = ["destination_currency"] }
taken      = { type = "number", names = ["destination_amount"] }
[skip]
internal = "between two cards of the owner in one currency"

The file lists what was completed. In one currency the fee is what arrived less than left; in two it is inside the rate.
*/
WITH directed AS (
    SELECT *, given_code <> taken_code AS swaps, lower(type) IN ('deposit', 'in') AS comes, lower(type) IN ('withdrawal', 'out') AS goes
    FROM rows
),
parts AS (
    SELECT *, unnest(if(swaps AND (comes OR goes), [0, 1], [0])) AS n FROM directed
)
SELECT
    line,
    n::SMALLINT AS part,
    CASE WHEN lower(type) = 'transfer' AND NOT swaps THEN 'internal' END AS skip,
    CASE WHEN NOT comes AND NOT goes AND NOT swaps AND lower(type) <> 'transfer' THEN 'unknown type ' || type || ': it does not tell which way it went' END AS quarantine,
    'movement' AS grain,
    'transaction' AS namespace,
    id || if(n = 0, '', '/outside') AS row_id,
    time AS occurred_at,
    CASE WHEN (comes OR goes) AND (NOT swaps OR n = 1) THEN 86400 END AS match_window,
    CASE
        WHEN n = 0 AND swaps AND (comes OR goes OR lower(type) = 'transfer') THEN swap_kind(given_code, taken_code)
        WHEN comes THEN 'deposit'
        WHEN goes THEN 'withdrawal'
        ELSE 'other'
    END AS kind,
    type AS source_type,
    CASE WHEN n = 1 AND goes THEN taken_code WHEN n = 0 AND (swaps OR goes) THEN given_code END AS out_asset,
    CASE WHEN n = 1 AND goes THEN taken WHEN n = 0 AND swaps THEN given WHEN n = 0 AND goes THEN taken END AS out_amount,
    CASE WHEN n = 1 AND comes THEN given_code WHEN n = 0 AND (swaps OR NOT goes) THEN taken_code END AS in_asset,
    CASE WHEN n = 1 AND comes THEN given WHEN n = 0 AND swaps THEN taken WHEN n = 0 AND NOT goes THEN given END AS in_amount,
    CASE WHEN n = 0 AND NOT swaps AND given > taken THEN given_code END AS fee_asset,
    CASE WHEN n = 0 THEN if(swaps, 0, given - taken) END AS fee_amount,
    CASE WHEN commission IS NOT NULL THEN 'commission ' || commission END AS note
FROM parts

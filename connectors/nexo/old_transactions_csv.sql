/*
exchange = "nexo"
title    = "Transactions (until 2021)"
one_row  = "one transaction; an Exchange tells both of its sides in one cell"
streams  = ["transactions"]
zone     = "Europe/Zurich"
step     = "1s"
ignored  = ["Outstanding Loan"]
[columns]
id       = { type = "text", names = ["Transaction"] }
type     = { type = "text", names = ["Type"] }
currency = { type = "text", names = ["Currency"] }
amount   = { type = "text", names = ["Amount"] }
usd      = { type = "money?", names = ["USD Equivalent"] }
details  = { type = "text", names = ["Details"] }
time     = { type = "time", names = ["Date / Time (UTC)", "Date / Time"] }
[skip]
rejected  = "Nexo refused it; no balance changed"
fiat_step = "money on its way in or out; it is booked where it arrives (Exchange Deposited On) or leaves (Withdraw Exchanged)"
internal  = "moves between the owner's own wallets at Nexo, told with both ends"

An Exchange has `A/B` as its currency and `-x / +y` as its amount; every other row one of each, the amount signed. No fees.
*/
WITH split AS (
    SELECT *, nexo_word(type) AS word, regexp_extract(amount, '^-([0-9.]+) / \+([0-9.]+)$', ['given', 'taken']) AS swap
    FROM rows
),
worded AS (
    SELECT *, swap.given <> '' AS is_swap, number_of(CASE WHEN swap.given <> '' THEN '-' || swap.given ELSE amount END) AS signed,
        number_of(swap.taken) AS taken
    FROM split
),
sided AS (
    SELECT *, nexo_kind(word, details, signed) AS kind, CASE WHEN is_swap THEN 'both' ELSE nexo_way(word, signed) END AS way,
        nexo_asset(split_part(currency, '/', 1)) AS given_asset,
        CASE WHEN is_swap THEN nexo_asset(split_part(currency, '/', 2)) WHEN word = 'manualsellorder' THEN 'USD' END AS taken_asset
    FROM worded
)
SELECT
    line,
    nexo_skip(word, details) AS skip,
    CASE WHEN signed IS NULL THEN 'amount ' || amount || ' is neither a number nor -x / +y'
         WHEN way = 'both' AND taken_asset IS NULL THEN 'its other side is not told' END AS quarantine,
    'movement' AS grain,
    'transaction' AS namespace,
    id AS row_id,
    nexo_tx_hash(details) AS tx_hash,
    time AS occurred_at,
    CASE WHEN kind IN ('deposit', 'withdrawal') THEN 86400 END AS match_window,
    CASE WHEN kind = 'conversion' THEN swap_kind(given_asset, taken_asset) ELSE kind END AS kind,
    type AS source_type,
    nexo_wallet(word, currency) AS wallet,
    CASE WHEN way <> 'in' THEN given_asset END AS out_asset,
    CASE WHEN way <> 'in' THEN abs(signed) END AS out_amount,
    CASE way WHEN 'both' THEN taken_asset WHEN 'in' THEN given_asset END AS in_asset,
    CASE way WHEN 'both' THEN CASE WHEN is_swap THEN taken ELSE usd END WHEN 'in' THEN abs(signed) END AS in_amount,
    details AS note
FROM sided

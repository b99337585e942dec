/*
exchange = "nexo"
title    = "Transactions (since 2021)"
one_row  = "one transaction: what was given on the input side, what came of it on the output side"
streams  = ["transactions"]
zone     = "Europe/Zurich"
step     = "1s"
blank    = ["-"]
ignored  = ["Outstanding Loan", "normalizedDisplayDetails"]
[columns]
id           = { type = "text", names = ["Transaction"] }
type         = { type = "text", names = ["Type"] }
input_asset  = { type = "text", names = ["Input Currency"] }
input        = { type = "number", names = ["Input Amount"] }
output_asset = { type = "text", names = ["Output Currency"] }
output       = { type = "number", names = ["Output Amount"] }
usd          = { type = "money?", names = ["USD Equivalent"] }
fee          = { type = "number?", names = ["Fee"] }
fee_code     = { type = "text?", names = ["Fee Currency"] }
details      = { type = "text", names = ["Details"] }
time         = { type = "time", names = ["Date / Time (UTC)", "Date / Time"] }
[skip]
rejected  = "Nexo refused it; no balance changed"
fiat_step = "money on its way in or out; it is booked where it arrives (Exchange Deposited On) or leaves (Withdraw Exchanged)"
internal  = "moves between the owner's own wallets at Nexo, told with both ends"

The input is signed, the output never. An input includes the fee where both are of one currency. Older files have no fee columns
and tell the time of Zurich; newer ones say (UTC) in the header. Deposits, withdrawals and interest repeat one amount on both
sides: one leg. Card purchases with xUSD and loans are booked in the wallet `credit`, where a negative balance is what is owed.
A Manual Sell Order repeats the coin on both sides; what it gave is its value in USD.
*/
WITH worded AS (
    SELECT *, nexo_word(type) AS word, abs(input) AS given, abs(output) AS taken
    FROM rows
),
sided AS (
    SELECT *, nexo_kind(word, details, input) AS kind, nexo_way(word, input) AS way,
        nexo_asset(input_asset) AS given_asset,
        CASE WHEN word = 'manualsellorder' AND input_asset = output_asset THEN 'USD' ELSE nexo_asset(output_asset) END AS taken_asset,
        CASE WHEN word = 'manualsellorder' AND input_asset = output_asset THEN usd ELSE taken END AS taken_size,
        CASE WHEN fee > 0 AND fee_code = input_asset THEN fee ELSE 0 END AS fee_inside
    FROM worded
)
SELECT
    line,
    nexo_skip(word, details) AS skip,
    'movement' AS grain,
    'transaction' AS namespace,
    id AS row_id,
    nexo_tx_hash(details) AS tx_hash,
    time AS occurred_at,
    CASE WHEN kind IN ('deposit', 'withdrawal') THEN 86400 END AS match_window,
    CASE WHEN kind = 'conversion' THEN swap_kind(given_asset, taken_asset) ELSE kind END AS kind,
    type AS source_type,
    nexo_wallet(word, input_asset) AS wallet,
    CASE WHEN way <> 'in' AND kind <> 'fee' THEN given_asset END AS out_asset,
    CASE WHEN way <> 'in' AND kind <> 'fee' THEN given - fee_inside END AS out_amount,
    CASE WHEN way = 'both' THEN taken_asset WHEN way = 'in' AND nexo_is_loan(word) THEN given_asset WHEN way = 'in' THEN taken_asset END AS in_asset,
    CASE WHEN way = 'both' THEN taken_size WHEN way = 'in' AND (nexo_is_loan(word) OR fee_inside > 0) THEN given WHEN way = 'in' THEN taken_size END AS in_amount,
    CASE WHEN kind = 'fee' THEN given_asset WHEN fee > 0 THEN nexo_asset(fee_code) END AS fee_asset,
    CASE WHEN kind = 'fee' THEN given WHEN fee > 0 THEN fee END AS fee_amount,
    details AS note
FROM sided

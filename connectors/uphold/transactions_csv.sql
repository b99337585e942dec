/*
exchange = "uphold"
title    = "Transaction history"
one_row  = "one transaction from an origin to a destination; either may be outside Uphold"
streams  = ["transactions"]
zone     = "UTC"
step     = "1s"
[columns]
time             = { type = "time", names = ["Date"], formats = ["%a %b %d %Y %H:%M:%S GMT+0000"] }
destination      = { type = "text?", names = ["Destination"] }
taken            = { type = "number", names = ["Destination Amount"] }
taken_code       = { type = "text", names = ["Destination Currency"] }
fee              = { type = "number?", names = ["Fee Amount"] }
fee_code         = { type = "text?", names = ["Fee Currency"] }
id               = { type = "text", names = ["Id"] }
origin           = { type = "text?", names = ["Origin"] }
given            = { type = "number", names = ["Origin Amount"] }
given_code       = { type = "text", names = ["Origin Currency"] }
status           = { type = "text", names = ["Status"] }
type             = { type = "text", names = ["Type"] }
[skip]
moved_nothing = "failed or cancelled: no balance changed"
internal      = "between two cards of the owner in one currency"

Amounts are never signed. The origin's amount includes the fee where the fee is in its currency; a fee in the destination's
currency alone was taken from what arrived. Money or coins that came in as one currency and were credited as another (a card
that pays for XRP) are booked as what they are: in, and exchanged; likewise on the way out. The outside part is row `<id>/outside`,
an event of its own: in one event with the exchange it would cancel the price.
*/
WITH directed AS (
    SELECT *, given_code <> taken_code AS swaps, lower(type) AS word,
        CASE WHEN fee > 0 THEN coalesce(fee_code, given_code) END AS charged
    FROM rows
),
parts AS (
    SELECT *, unnest(if(swaps AND word IN ('in', 'out'), [0, 1], [0])) AS n FROM directed
)
SELECT
    line,
    n::SMALLINT AS part,
    CASE WHEN fate_of(status) = 'nothing' THEN 'moved_nothing' WHEN word = 'transfer' AND NOT swaps THEN 'internal' END AS skip,
    CASE WHEN fate_of(status) IS NULL THEN 'unknown status ' || status
         WHEN word NOT IN ('in', 'out', 'transfer', 'reward', 'rewards', 'staking-reward', 'staking reward') AND NOT swaps
         THEN 'unknown type ' || type || ': it does not tell which way it went' END AS quarantine,
    'movement' AS grain,
    'transaction' AS namespace,
    id || if(n = 0, '', '/outside') AS row_id,
    time AS occurred_at,
    CASE WHEN word IN ('in', 'out') AND (NOT swaps OR n = 1) THEN 86400 END AS match_window,
    CASE
        WHEN n = 0 AND swaps AND word IN ('in', 'out', 'transfer') THEN swap_kind(given_code, taken_code)
        WHEN word = 'in' THEN 'deposit'
        WHEN word = 'out' THEN 'withdrawal'
        WHEN word IN ('reward', 'rewards', 'staking-reward', 'staking reward') THEN 'reward'
        ELSE 'other'
    END AS kind,
    type AS source_type,
    CASE WHEN fate_of(status) = 'open' THEN 'open' ELSE 'final' END AS status,
    CASE WHEN n = 1 AND word = 'out' THEN taken_code
         WHEN n = 0 AND (swaps OR word = 'out') THEN given_code END AS out_asset,
    CASE WHEN n = 1 AND word = 'out' THEN taken
         WHEN n = 0 AND swaps THEN given - if(charged = given_code, fee, 0)
         WHEN n = 0 AND word = 'out' THEN taken END AS out_amount,
    CASE WHEN n = 1 AND word = 'in' THEN given_code
         WHEN n = 0 AND (swaps OR word <> 'out') THEN taken_code END AS in_asset,
    CASE WHEN n = 1 AND word = 'in' THEN given
         WHEN n = 0 AND swaps THEN taken + if(charged = taken_code, fee, 0)
         WHEN n = 0 AND word <> 'out' THEN given END AS in_amount,
    CASE WHEN n = 0 AND fee > 0 THEN charged END AS fee_asset,
    CASE WHEN n = 0 THEN coalesce(fee, 0) END AS fee_amount,
    concat_ws(' to ', origin, destination) AS note
FROM parts

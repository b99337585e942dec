/*
exchange = "swissborg"
title    = "Account statement"
one_row  = "one change of one balance; an exchange is two lines of one second"
streams  = ["statement"]
zone     = "UTC"
step     = "1s"
[columns]
local    = { type = "text?", names = ["Local time"] }
time     = { type = "time", names = ["Time in UTC"] }
type     = { type = "text", names = ["Type"] }
code     = { type = "text", names = ["Currency"] }
gross    = { type = "number", names = ["Gross amount"] }
worth    = { type = "number?", match = '^Gross amount \(\w{3}\)$' }
fee      = { type = "number", names = ["Fee"] }
fee_worth = { type = "number?", match = '^Fee \(\w{3}\)$' }
net      = { type = "number", names = ["Net amount"] }
net_worth = { type = "number?", match = '^Net amount \(\w{3}\)$' }
note     = { type = "text?", names = ["Note"] }

Amounts are not signed: the type tells the direction. The gross amount includes the fee. Lines stand above the header.
*/
WITH worded AS (SELECT *, lower(type) AS word, lower(type) IN ('sell', 'withdrawal') AS goes FROM rows)
SELECT
    line,
    CASE WHEN word NOT IN ('buy', 'sell', 'deposit', 'withdrawal', 'payouts', 'payout', 'earnings')
         THEN 'unknown type ' || type || ': it does not tell which way it went' END AS quarantine,
    'movement' AS grain,
    CASE WHEN word IN ('buy', 'sell') THEN 'exchange:' || epoch_ms(time) // 1000 END AS event_id,
    time AS occurred_at,
    CASE WHEN word IN ('deposit', 'withdrawal') THEN 86400 END AS match_window,
    CASE WHEN word IN ('deposit', 'withdrawal') THEN word WHEN word IN ('buy', 'sell') THEN if(is_fiat(code), 'trade', 'conversion')
         WHEN word IN ('payouts', 'payout', 'earnings') THEN 'reward' ELSE 'other' END AS kind,
    type AS source_type,
    CASE WHEN goes THEN code END AS out_asset,
    CASE WHEN goes THEN gross - fee END AS out_amount,
    CASE WHEN NOT goes THEN code END AS in_asset,
    CASE WHEN NOT goes THEN gross END AS in_amount,
    CASE WHEN fee <> 0 THEN code END AS fee_asset,
    fee AS fee_amount,
    note
FROM worded

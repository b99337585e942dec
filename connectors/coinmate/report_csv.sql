/*
exchange = "coinmate"
title    = "Transaction report (with e-mail)"
one_row  = "one fill or movement"
streams  = ["trades", "movements"]
zone     = "UTC"
step     = "1s"
ignored  = ["Email", "Name", "Currency first balance after", "First balance after", "Currency second balance after", "Second balance after"]
[columns]
id          = { type = "id", match = '^.?Transaction id$' }
time        = { type = "time", names = ["Date"] }
group       = { type = "text", names = ["Type"] }
type        = { type = "text", names = ["Type detail"] }
code        = { type = "text", names = ["Currency amount"] }
amount      = { type = "number", names = ["Amount"] }
price_code  = { type = "text?", names = ["Currency price"] }
price       = { type = "number?", names = ["Price"] }
fee_code    = { type = "text?", names = ["Currency fee"] }
fee         = { type = "number?", names = ["Fee"] }
total_code  = { type = "text?", names = ["Currency total"] }
total       = { type = "number?", names = ["Total"] }
text        = { type = "text?", names = ["Description"] }
status      = { type = "text", names = ["Status"] }
[skip]
moved_nothing = "canceled or failed: no balance changed"

The first column's name may begin with a character that was a byte order mark. Otherwise as the Transaction history: the total has the
fee in it, whether amounts are signed depends on the year.
*/
WITH worded AS (
    SELECT *, coinmate_word(type, text) AS word, fate_of(status) AS fate, coalesce(abs(fee), 0) AS charged, abs(amount) AS size FROM rows
)
SELECT
    line,
    CASE WHEN fate = 'nothing' THEN 'moved_nothing' END AS skip,
    CASE WHEN fate IS NULL THEN 'unknown status ' || status WHEN word IN ('buy', 'sell') AND total IS NULL THEN 'it tells no total' END AS quarantine,
    'movement' AS grain,
    CASE WHEN word IN ('buy', 'sell') THEN 'trade' ELSE word END AS namespace,
    CASE WHEN word IN ('buy', 'sell') THEN code || '/' || total_code || ':' || id ELSE id END AS row_id,
    time AS occurred_at,
    CASE WHEN word IN ('deposit', 'withdrawal') THEN 86400 END AS match_window,
    CASE WHEN word IN ('buy', 'sell') THEN 'trade' ELSE word END AS kind,
    "group" || '/' || type AS source_type,
    CASE WHEN fate = 'open' THEN 'open' ELSE 'final' END AS status,
    CASE WHEN word IN ('buy', 'sell') THEN code || '/' || total_code END AS market,
    CASE WHEN word IN ('buy', 'sell') THEN word END AS side,
    CASE WHEN word IN ('buy', 'sell') THEN price END AS price,
    CASE WHEN word = 'buy' THEN total_code WHEN word IN ('sell', 'withdrawal') OR (word IN ('transfer', 'other') AND amount < 0) THEN code END AS out_asset,
    CASE WHEN word = 'buy' THEN abs(total) - charged WHEN word IN ('sell', 'withdrawal') OR (word IN ('transfer', 'other') AND amount < 0) THEN size END AS out_amount,
    CASE WHEN word = 'sell' THEN total_code WHEN word IN ('buy', 'deposit', 'reward') OR (word IN ('transfer', 'other') AND amount > 0) THEN code END AS in_asset,
    CASE WHEN word = 'sell' THEN abs(total) + charged WHEN word IN ('buy', 'deposit', 'reward') OR (word IN ('transfer', 'other') AND amount > 0) THEN size END AS in_amount,
    CASE WHEN charged <> 0 THEN coalesce(fee_code, total_code, code) END AS fee_asset,
    charged AS fee_amount,
    text AS note
FROM worded

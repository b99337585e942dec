/*
exchange = "coinmate"
title    = "Transaction history (English or Czech)"
one_row  = "one fill or movement"
streams  = ["trades", "movements"]
zone     = "UTC"
step     = "1s"
ignored  = ["First balance after", "First balance after Currency", "Second balance after", "Second balance after Currency",
            "První zůstatek po", "První zůstatek po měně", "Druhý zůstatek po", "Druhý zůstatek po měně"]
[columns]
id          = { type = "id", names = ["ID"] }
time        = { type = "time", names = ["Date", "Datum"] }
account     = { type = "text?", names = ["Account", "Účet"] }
type        = { type = "text", names = ["Type", "Typ"] }
amount      = { type = "number", names = ["Amount", "Částka"] }
code        = { type = "text", names = ["Amount Currency", "Částka měny"] }
price       = { type = "number?", names = ["Price", "Cena"] }
price_code  = { type = "text?", names = ["Price Currency", "Cena měny"] }
fee         = { type = "number?", names = ["Fee", "Poplatek"] }
fee_code    = { type = "text?", names = ["Fee Currency", "Poplatek měny"] }
total       = { type = "number?", names = ["Total", "Celkem"] }
total_code  = { type = "text?", names = ["Total Currency", "Celkem měny"] }
text        = { type = "text?", names = ["Description", "Popisek"] }
status      = { type = "text", names = ["Status"] }
[skip]
moved_nothing = "canceled or failed: no balance changed"

The total has the fee in it: a purchase's price and fee together, a sale's price less the fee. Whether amounts are signed depends on
the year. Moves between the accounts of one owner are two lines of one id.
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
    CASE WHEN word IN ('buy', 'sell') THEN code || '/' || total_code || ':' || id WHEN word = 'transfer' THEN id || ':' || type ELSE id END AS row_id,
    CASE WHEN word = 'transfer' THEN 'move:' || id END AS event_id,
    time AS occurred_at,
    CASE WHEN word IN ('deposit', 'withdrawal') THEN 86400 END AS match_window,
    CASE WHEN word IN ('buy', 'sell') THEN 'trade' ELSE word END AS kind,
    nullif(type, '') AS source_type,
    CASE WHEN fate = 'open' THEN 'open' ELSE 'final' END AS status,
    CASE WHEN word = 'transfer' AND account NOT IN ('M') THEN 'account ' || account ELSE 'spot' END AS wallet,
    CASE WHEN word IN ('buy', 'sell') THEN code || '/' || total_code END AS market,
    CASE WHEN word IN ('buy', 'sell') THEN word END AS side,
    CASE WHEN word IN ('buy', 'sell') THEN price END AS price,
    CASE WHEN word = 'buy' THEN total_code WHEN word IN ('sell', 'withdrawal') OR upper(type) = 'BALANCE_MOVE_DEBIT' OR (word = 'other' AND amount < 0) THEN code END AS out_asset,
    CASE WHEN word = 'buy' THEN abs(total) - charged WHEN word IN ('sell', 'withdrawal') OR upper(type) = 'BALANCE_MOVE_DEBIT' OR (word = 'other' AND amount < 0) THEN size END AS out_amount,
    CASE WHEN word = 'sell' THEN total_code
         WHEN word IN ('buy', 'deposit', 'reward') OR upper(type) = 'BALANCE_MOVE_CREDIT' OR (word = 'other' AND amount > 0) THEN code END AS in_asset,
    CASE WHEN word = 'sell' THEN abs(total) + charged
         WHEN word IN ('buy', 'deposit', 'reward') OR upper(type) = 'BALANCE_MOVE_CREDIT' OR (word = 'other' AND amount > 0) THEN size END AS in_amount,
    CASE WHEN charged <> 0 THEN coalesce(fee_code, total_code, code) END AS fee_asset,
    charged AS fee_amount,
    text AS note
FROM worded

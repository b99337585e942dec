/*
exchange = "bitcoinde"
title    = "Account statement of one coin (since 2019)"
one_row  = "one change of the coin's balance; of a trade also the money that was paid for it"
streams  = ["history"]
zone     = "Europe/Berlin"
zone_stated = false
step     = "1s"
balance  = "balance"
balance_per = ["currency"]
ignored  = ["Einheit (Kurs)", "unit (rate)", "Einheit (Menge vor Gebühr)", "unit (amount before fee)", "Adresse", "Kommentar"]
[columns]
time      = { type = "time", names = ["Datum", "Date"] }
type      = { type = "text", names = ["Typ", "Booking type", "Type"] }
currency  = { type = "text", names = ["Währung", "Currency"] }
reference = { type = "text", names = ["Referenz", "Reference"] }
address   = { type = "text?", match = '^[A-Z0-9]{2,6}-(Adresse|address)$' }
price     = { type = "number?", names = ["Kurs", "Rate", "Price"] }
agreed    = { type = "number?", names = ["Menge vor Gebühr", "amount before fee"] }
settled   = { type = "number?", names = ["Menge nach Bitcoin.de-Gebühr", "amount after Bitcoin.de-fee"] }
with_bank = { type = "number?", match = '^[A-Z]{3} nach Bitcoin\.de- und Fidor-Gebühr$' }
unit      = { type = "text?", names = ["Einheit (Menge nach Bitcoin.de-Gebühr)", "unit (amount after Bitcoin.de-fee)"] }
gross     = { type = "number?", match = '^(?!menge|amount)[A-Z0-9]{2,6} (vor Gebühr|before fee|incl\. fee)$' }
net       = { type = "number?", match = '^(?!menge|amount)[A-Z0-9]{2,6} (nach Bitcoin\.de-Gebühr|excl\. Bitcoin\.de fee)$' }
change    = { type = "number", names = ["Zu- / Abgang", "Incoming / Outgoing"] }
balance   = { type = "number", names = ["Kontostand", "Account balance"] }
[skip]
nothing_moved = "the registration of the account, and what else changed no balance"

The change is what the balance of the coin moved by, fees and all. The buyer pays less than was agreed and gets fewer coins, the seller
gets less money: what really moved is booked, and of a sale the fee is shown, in the money. What the bank took besides is in the column with
its name. The money goes from one bank to another: it comes in or goes out with the trade, so that no balance of it is left. Was a coin paid
with another coin, the other one's statement tells its side. The network's fee of a withdrawal is a line of its own. The clock is taken for
that of Germany.
*/
WITH told AS (
    SELECT *, upper(trim(currency)) AS coin, upper(trim(unit)) AS money, coalesce(with_bank, settled) AS paid, bitcoinde_kind(type) AS kind,
        bitcoinde_kind(type) = 'trade' AND coalesce(is_fiat(trim(unit)), true) AS for_money
    FROM rows
),
parts AS (SELECT *, unnest(if(for_money, [0, 1], [0])) AS n FROM told)
SELECT
    line,
    n::SMALLINT AS part,
    CASE WHEN change = 0 THEN 'nothing_moved' END AS skip,
    CASE WHEN for_money AND coalesce(money, '') = '' THEN 'no currency of what was paid'
         WHEN for_money AND coalesce(paid, 0) <= 0 THEN 'nothing was paid'
         WHEN for_money AND change < 0 AND coalesce(agreed, paid) < paid THEN 'more was paid than agreed' END AS quarantine,
    if(kind = 'trade' AND NOT for_money, 'statement', 'movement') AS grain,
    CASE WHEN kind = 'trade' AND NOT for_money THEN 'trade:' || nullif(trim(reference), '') END AS event_id,
    CASE WHEN kind = 'trade' THEN nullif(trim(reference), '') END AS order_id,
    bitcoinde_hash(reference) AS tx_hash,
    time AS occurred_at,
    CASE WHEN n = 1 OR kind IN ('deposit', 'withdrawal') THEN 86400 END AS match_window,
    CASE WHEN n = 0 THEN kind WHEN change > 0 THEN 'deposit' ELSE 'withdrawal' END AS kind,
    type AS source_type,
    CASE WHEN kind = 'trade' THEN coin || '/' || money END AS market,
    CASE WHEN kind = 'trade' THEN if(change > 0, 'buy', 'sell') END AS side,
    CASE WHEN kind = 'trade' THEN price END AS price,
    CASE WHEN n = 1 THEN if(change < 0, money, NULL) WHEN kind = 'fee' THEN NULL WHEN change < 0 THEN coin WHEN for_money THEN money END AS out_asset,
    CASE WHEN n = 1 THEN if(change < 0, paid, NULL) WHEN kind = 'fee' THEN NULL WHEN change < 0 THEN -change WHEN for_money THEN paid END AS out_amount,
    CASE WHEN n = 1 THEN if(change > 0, money, NULL) WHEN kind = 'fee' THEN NULL WHEN change > 0 THEN coin WHEN for_money THEN money END AS in_asset,
    CASE WHEN n = 1 THEN if(change > 0, paid, NULL) WHEN kind = 'fee' THEN NULL WHEN change > 0 THEN change WHEN for_money THEN coalesce(agreed, paid) END AS in_amount,
    CASE WHEN n = 1 THEN NULL WHEN kind = 'fee' THEN coin WHEN for_money AND change < 0 AND agreed <> paid THEN money END AS fee_asset,
    CASE WHEN n = 1 THEN NULL WHEN kind = 'fee' THEN -change WHEN for_money AND change < 0 THEN agreed - paid END AS fee_amount,
    CASE WHEN kind NOT IN ('trade', 'deposit', 'withdrawal', 'fee') THEN nullif(trim(reference), '') END AS note
FROM parts

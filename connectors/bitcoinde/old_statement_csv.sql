/*
exchange = "bitcoinde"
title    = "Account statement of one coin (until 2018)"
one_row  = "one change of the coin's balance; of a trade also the money that was paid for it"
streams  = ["history"]
zone     = "Europe/Berlin"
zone_stated = false
step     = "1s"
balance  = "balance"
balance_per = []
[columns]
time      = { type = "time", names = ["Datum", "Date"] }
type      = { type = "text", names = ["Typ", "Type"] }
currency  = { type = "text?", names = ["Währungen", "Currencies"] }
reference = { type = "text", names = ["Referenz", "Reference"] }
price     = { type = "number?", names = ["Kurs", "Kurs (€/BTC)", "Price"] }
agreed    = { type = "per_asset", match = '^([A-Z]{3,4}) (?:vor Gebühr|incl\. fee)$' }
settled   = { type = "per_asset", match = '^([A-Z]{3,4}) (?:nach Gebühr|nach Bitcoin\.de-Gebühr|excl\. Bitcoin\.de fee)$' }
with_bank = { type = "number?", match = '^EUR nach Bitcoin\.de- und Fidor-Gebühr$' }
change    = { type = "number", names = ["Zu- / Abgang", "Incoming / Outgoing"] }
balance   = { type = "number", names = ["Kontostand", "Account balance"] }
[skip]
nothing_moved = "the registration of the account, and what else changed no balance"

As the newer statement, with the coin told by the names of its columns: a file is of one coin, paid in EUR.
*/
WITH coins AS (
    SELECT CASE WHEN count(DISTINCT key) = 1 THEN min(key) END AS coin
    FROM (SELECT unnest(map_keys(settled)) AS key FROM rows) WHERE key <> 'EUR'
),
told AS (
    SELECT *, coalesce(with_bank, settled['EUR']) AS paid, agreed['EUR'] AS asked, bitcoinde_kind(type) AS kind,
        bitcoinde_kind(type) = 'trade' AS trades
    FROM rows, coins
),
parts AS (SELECT *, unnest(if(trades, [0, 1], [0])) AS n FROM told)
SELECT
    line,
    n::SMALLINT AS part,
    CASE WHEN change = 0 THEN 'nothing_moved' END AS skip,
    CASE WHEN change <> 0 AND coin IS NULL THEN 'no trade of this file tells which coin it is of'
         WHEN trades AND coalesce(paid, 0) <= 0 THEN 'nothing was paid'
         WHEN trades AND change < 0 AND coalesce(asked, paid) < paid THEN 'more was paid than agreed' END AS quarantine,
    'movement' AS grain,
    CASE WHEN trades THEN nullif(trim(reference), '') END AS order_id,
    bitcoinde_hash(reference) AS tx_hash,
    time AS occurred_at,
    CASE WHEN n = 1 OR kind IN ('deposit', 'withdrawal') THEN 86400 END AS match_window,
    CASE WHEN n = 0 THEN kind WHEN change > 0 THEN 'deposit' ELSE 'withdrawal' END AS kind,
    type AS source_type,
    CASE WHEN trades THEN coin || '/EUR' END AS market,
    CASE WHEN trades THEN if(change > 0, 'buy', 'sell') END AS side,
    CASE WHEN trades THEN price END AS price,
    CASE WHEN n = 1 THEN if(change < 0, 'EUR', NULL) WHEN kind = 'fee' THEN NULL WHEN change < 0 THEN coin WHEN trades THEN 'EUR' END AS out_asset,
    CASE WHEN n = 1 THEN if(change < 0, paid, NULL) WHEN kind = 'fee' THEN NULL WHEN change < 0 THEN -change WHEN trades THEN paid END AS out_amount,
    CASE WHEN n = 1 THEN if(change > 0, 'EUR', NULL) WHEN kind = 'fee' THEN NULL WHEN change > 0 THEN coin WHEN trades THEN 'EUR' END AS in_asset,
    CASE WHEN n = 1 THEN if(change > 0, paid, NULL) WHEN kind = 'fee' THEN NULL WHEN change > 0 THEN change WHEN trades THEN coalesce(asked, paid) END AS in_amount,
    CASE WHEN n = 1 THEN NULL WHEN kind = 'fee' THEN coin WHEN trades AND change < 0 AND asked <> paid THEN 'EUR' END AS fee_asset,
    CASE WHEN n = 1 THEN NULL WHEN kind = 'fee' THEN -change WHEN trades AND change < 0 THEN asked - paid END AS fee_amount,
    CASE WHEN kind NOT IN ('trade', 'deposit', 'withdrawal', 'fee') THEN nullif(trim(reference), '') END AS note
FROM parts

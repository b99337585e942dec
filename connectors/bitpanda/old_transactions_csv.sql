/*
exchange = "bitpanda"
title    = "Transactions (until 2020)"
one_row  = "one transaction of one asset against money, or of one of them alone"
streams  = ["transactions"]
zone     = "UTC"
step     = "1s"
blank    = ["-"]
[columns]
id       = { type = "text", names = ["ID"] }
type     = { type = "text", names = ["Type"] }
way      = { type = "text", names = ["In/Out"] }
money    = { type = "number?", names = ["Amount Fiat"] }
fee      = { type = "number?", names = ["Fee"] }
fiat     = { type = "text?", names = ["Fiat"] }
quantity = { type = "number?", names = ["Amount Asset"] }
asset    = { type = "text?", names = ["Asset"] }
status   = { type = "text", names = ["Status"] }
time     = { type = "time", names = ["Created at"] }
[skip]
moved_nothing = "canceled or failed: no balance changed"

The fee is in the transaction's money, or of a coin's movement in the coin; it is charged beside the amount, but a deposit of coins
tells what was credited. Money alone has an Amount Asset of 0 or none.
*/
WITH sided AS (
    SELECT *, quantity IS NULL OR (quantity = 0 AND money > 0) AS is_money, lower(type) AS word, lower(way) = 'outgoing' AS goes, fate_of(status) AS fate, if(is_money, fiat, asset) AS code,
        if(is_money, money, quantity) AS size, coalesce(fee, 0) AS charged
    FROM rows
)
SELECT
    line,
    CASE WHEN fate = 'nothing' THEN 'moved_nothing' END AS skip,
    CASE WHEN fate IS NULL THEN 'unknown status ' || status WHEN size IS NULL THEN 'neither Amount Asset nor Amount Fiat'
         WHEN word IN ('buy', 'sell') AND (money IS NULL OR quantity IS NULL) THEN 'it tells one side only'
         WHEN lower(way) NOT IN ('incoming', 'outgoing') THEN 'In/Out is ' || way END AS quarantine,
    'movement' AS grain,
    'transaction' AS namespace,
    id AS row_id,
    time AS occurred_at,
    CASE WHEN word IN ('deposit', 'withdrawal') THEN 86400 END AS match_window,
    CASE WHEN word IN ('buy', 'sell') THEN 'trade' WHEN word IN ('deposit', 'withdrawal', 'transfer') THEN word ELSE 'other' END AS kind,
    type AS source_type,
    CASE WHEN fate = 'open' THEN 'open' ELSE 'final' END AS status,
    CASE WHEN word IN ('buy', 'sell') THEN asset || '/' || fiat END AS market,
    CASE WHEN word IN ('buy', 'sell') THEN word END AS side,
    CASE WHEN word = 'buy' THEN fiat WHEN word = 'sell' THEN asset WHEN goes THEN code END AS out_asset,
    CASE WHEN word = 'buy' THEN money WHEN word = 'sell' THEN quantity WHEN goes THEN size END AS out_amount,
    CASE WHEN word = 'buy' THEN asset WHEN word = 'sell' THEN fiat WHEN NOT goes THEN code END AS in_asset,
    CASE WHEN word = 'buy' THEN quantity WHEN word = 'sell' THEN money WHEN NOT goes THEN size + if(word = 'deposit' AND NOT is_money, charged, 0) END AS in_amount,
    CASE WHEN charged > 0 THEN if(word IN ('buy', 'sell'), fiat, code) END AS fee_asset,
    charged AS fee_amount
FROM sided

/*
exchange = "bitpanda"
title    = "Transactions (history)"
one_row  = "one transaction of one asset against money, or of one of them alone"
streams  = ["transactions"]
zone     = "UTC"
step     = "1s"
blank    = ["-"]
ignored  = ["Asset market price currency", "Product ID", "Spread", "Spread Currency", "Fee percent", "Comment"]
[columns]
id       = { type = "text", names = ["Transaction ID"] }
time     = { type = "time", names = ["Timestamp"] }
type     = { type = "text", names = ["Transaction Type"] }
way      = { type = "text", names = ["In/Out"] }
money    = { type = "number?", names = ["Amount Fiat"] }
fiat     = { type = "text", names = ["Fiat"] }
quantity = { type = "number?", names = ["Amount Asset"] }
asset    = { type = "text", names = ["Asset"] }
price    = { type = "number?", names = ["Asset market price"] }
class    = { type = "text", names = ["Asset class"] }
fee      = { type = "number?", names = ["Fee"] }
fee_code = { type = "text?", names = ["Fee asset"] }
tax      = { type = "number?", names = ["Tax Fiat"] }
address  = { type = "text?", names = ["Address"] }

Six lines stand above the header. The spread is inside the price. Whether a trade's Amount Fiat includes a fee in money is not
said; each line shows it: it is price times quantity, with the fee or without. A fee in another asset (BEST) is apart. Tax that
Bitpanda withheld is a row and an event of its own (`<id>/tax`): it is no part of what a sale brought. `transfer(stake)` and `transfer(unstake)` tell one side: the other is the
wallet `staking`.
*/
WITH sided AS (
    SELECT *, lower(type) AS word, lower(way) = 'outgoing' AS goes, class = 'Fiat' OR quantity IS NULL AS is_money,
        CASE WHEN fee > 0 THEN coalesce(fee_code, fiat) END AS payer, exact_product(quantity, price) AS worth,
        coalesce(fee, 0) AS charged
    FROM rows
),
valued AS (
    SELECT *, if(is_money, fiat, asset) AS code, if(is_money, money, quantity) AS size,
        CASE WHEN payer = fiat AND word = 'buy' AND abs(money - charged - worth) < abs(money - worth) THEN money - charged
             WHEN payer = fiat AND word = 'sell' AND abs(money + charged - worth) < abs(money - worth) THEN money + charged
             ELSE money END AS bare
    FROM sided
),
parts AS (
    SELECT *, unnest(list_filter([0, CASE WHEN word IN ('transfer(stake)', 'transfer(unstake)') THEN 1 END, CASE WHEN tax > 0 THEN 2 END], lambda k: k IS NOT NULL)) AS n
    FROM valued
)
SELECT
    line,
    n::SMALLINT AS part,
    CASE WHEN size IS NULL THEN 'neither Amount Asset nor Amount Fiat' WHEN word IN ('buy', 'sell') AND money IS NULL THEN 'it tells no Amount Fiat'
         WHEN lower(way) NOT IN ('incoming', 'outgoing') THEN 'In/Out is ' || way END AS quarantine,
    'movement' AS grain,
    'transaction' AS namespace,
    id || CASE n WHEN 1 THEN '/staking' WHEN 2 THEN '/tax' ELSE '' END AS row_id,
    CASE WHEN n < 2 AND word IN ('transfer(stake)', 'transfer(unstake)') THEN 'transaction:' || id END AS event_id,
    time AS occurred_at,
    CASE WHEN n = 0 AND word IN ('deposit', 'withdrawal') THEN 86400 END AS match_window,
    CASE
        WHEN n = 2 THEN 'adjustment'
        WHEN word IN ('buy', 'sell') THEN 'trade'
        WHEN word IN ('deposit', 'withdrawal', 'transfer') THEN word
        WHEN word IN ('transfer(stake)', 'transfer(unstake)') THEN 'transfer'
        WHEN regexp_matches(word, '^(reward|staking reward|interest|cashback)') THEN 'reward'
        ELSE 'other'
    END AS kind,
    CASE WHEN n = 2 THEN type || '/tax' ELSE type END AS source_type,
    CASE WHEN n = 1 THEN 'staking' ELSE 'spot' END AS wallet,
    CASE WHEN n = 0 AND word IN ('buy', 'sell') THEN asset || '/' || fiat END AS market,
    CASE WHEN n = 0 AND word IN ('buy', 'sell') THEN word END AS side,
    CASE WHEN n = 0 AND word IN ('buy', 'sell') THEN price END AS price,
    CASE WHEN n = 2 OR (n = 0 AND word = 'buy') THEN fiat WHEN word = 'sell' THEN asset WHEN word <> 'buy' AND goes = (n = 0) THEN code END AS out_asset,
    CASE WHEN n = 2 THEN tax WHEN word = 'buy' THEN bare WHEN word = 'sell' THEN quantity WHEN goes = (n = 0) THEN size END AS out_amount,
    CASE WHEN n = 2 THEN NULL WHEN word = 'buy' THEN asset WHEN word = 'sell' THEN fiat WHEN goes <> (n = 0) THEN code END AS in_asset,
    CASE WHEN n = 2 THEN NULL WHEN word = 'buy' THEN quantity WHEN word = 'sell' THEN bare WHEN goes <> (n = 0) THEN size END AS in_amount,
    CASE WHEN n = 0 THEN payer END AS fee_asset,
    CASE WHEN n = 0 THEN charged END AS fee_amount,
    address AS note
FROM parts

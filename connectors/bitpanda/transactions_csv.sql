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
[skip]
other_side = "the coin's side of a trade whose line tells the money too (same second, type, asset and quantity)"

Six lines stand above the header. The spread is inside the price. Whether a trade's Amount Fiat includes a fee in money is not
said; each line shows it: it is price times quantity, with the fee or without. A fee in another asset (BEST) is apart; one paid in
BEST may be a line of its own, a withdrawal of 0. A deposit of money includes its fee, one of coins does not. Files of early 2022
tell some trades twice, the coin's side for 0 EUR. Some coins (SHIB, LUNA, CRO) are of the class Fiat. Tax that Bitpanda withheld
is a row and an event of its own (`<id>/tax`): it is no part of what a sale brought. `transfer(stake)` and `transfer(unstake)`
tell one side: the other is the wallet `staking`. A transfer of BEST or of a share that comes in is a gift.
*/
WITH sided AS (
    SELECT *, lower(type) AS word, lower(way) = 'outgoing' AS goes, quantity IS NULL OR upper(asset) = upper(fiat) AS is_money,
        lower(type) IN ('buy', 'sell') AND money = 0 AND max(money) OVER (PARTITION BY time, lower(type), asset, quantity) > 0 AS is_twin,
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
    CASE WHEN is_twin THEN 'other_side' END AS skip,
    CASE WHEN size IS NULL THEN 'neither Amount Asset nor Amount Fiat' WHEN word IN ('buy', 'sell') AND money IS NULL THEN 'it tells no Amount Fiat'
         WHEN lower(way) NOT IN ('incoming', 'outgoing') THEN 'In/Out is ' || way END AS quarantine,
    'movement' AS grain,
    'transaction' AS namespace,
    id || CASE n WHEN 1 THEN '/staking' WHEN 2 THEN '/tax' ELSE '' END AS row_id,
    CASE WHEN n < 2 AND word IN ('transfer(stake)', 'transfer(unstake)') THEN 'transaction:' || id END AS event_id,
    time AS occurred_at,
    CASE WHEN n = 0 AND word IN ('deposit', 'withdrawal') AND size <> 0 THEN 86400 END AS match_window,
    CASE
        WHEN n = 2 THEN 'adjustment'
        WHEN word = 'withdrawal' AND size = 0 THEN 'fee'
        WHEN word = 'transfer' AND NOT goes AND (asset = 'BEST' OR regexp_matches(class, '^(Stock|ETF)')) THEN 'reward'
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
    CASE WHEN n = 2 OR (n = 0 AND word = 'buy') THEN fiat WHEN word = 'sell' THEN asset WHEN word <> 'buy' AND size <> 0 AND goes = (n = 0) THEN code END AS out_asset,
    CASE WHEN n = 2 THEN tax WHEN word = 'buy' THEN bare WHEN word = 'sell' THEN quantity WHEN size <> 0 AND goes = (n = 0) THEN size END AS out_amount,
    CASE WHEN n = 2 THEN NULL WHEN word = 'buy' THEN asset WHEN word = 'sell' THEN fiat WHEN goes <> (n = 0) THEN code END AS in_asset,
    CASE WHEN n = 2 THEN NULL WHEN word = 'buy' THEN quantity WHEN word = 'sell' THEN bare WHEN word = 'deposit' AND NOT is_money AND payer = asset THEN size + charged WHEN goes <> (n = 0) THEN size END AS in_amount,
    CASE WHEN n = 0 THEN payer END AS fee_asset,
    CASE WHEN n = 0 THEN charged END AS fee_amount,
    address AS note
FROM parts

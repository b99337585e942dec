/*
exchange = "krakenfutures"
title    = "Account log (futures.kraken.com)"
one_row  = "one change of one balance of a margin account, or of the size of a position"
streams  = ["trades"]
step     = "1s"
balance  = "balance"
balance_per = ["account", "symbol"]
no_balance  = ["contracts"]
ignored  = ["new average entry price", "mark price", "funding rate", "collateral", "conversion spread percentage", "position uid",
            "exchange rate", "exchange rate from"]
[columns]
uid             = "id"
time            = { type = "time", names = ["dateTime"], formats = ["%d/%b/%Y %H:%M:%S"] }
account         = "text"
type            = "text"
symbol          = "text"
contract        = "text?"
change          = "number"
balance         = { type = "number", names = ["new balance"] }
pnl             = { type = "number?", names = ["realized pnl"] }
fee             = "number?"
funding         = { type = "number?", names = ["realized funding"] }
liquidation_fee = { type = "number?", names = ["liquidation fee"] }
conversion_fee  = { type = "number?", names = ["conversion fee"] }
price           = { type = "text?", names = ["trade price"] }
[skip]
contracts     = "the size of a position changed: contracts are no asset, and what they earned or cost is told on a line of its own"
nothing_moved = "the change is 0, and no fee or funding was paid"

An execution is two lines: one of the contract, whose symbol is the contract itself, and one of the money. There the change is the
profit, less the fee, with the funding that fell due. Where that is not so, the change stands undivided. What was realised of an inverse contract is
told in its coin. Conversions settle what is owed in dollars, a line for either side and no id between them: those of one second
are one event. A fee paid with KFEE (`fee`) is a line without money. Older files lack the contract, the latter fees, and the ids of positions. The uid is of
one line; should both sides of something have one, account and symbol keep them apart. Not known: whether a fee of a liquidation
is inside the change (it is taken so where the sum shows it), and in which asset a conversion's fee was told (the change has it).
The other side of a move from the spot wallet is in Kraken's ledger, which is another account here.
*/
WITH named AS (
    SELECT *, lower(trim(type)) AS word, krakenfutures_asset(symbol) AS asset, coalesce(fee, 0) AS cost, coalesce(funding, 0) AS due,
        coalesce(liquidation_fee, 0) AS penalty,
        lower(symbol) = lower(contract) OR regexp_matches(lower(symbol), '^[a-z]{2}_') AS is_contract,
        change - coalesce(pnl, 0) - coalesce(funding, 0) + coalesce(fee, 0) AS unexplained
    FROM rows
),
divided AS (
    SELECT *,
        CASE WHEN abs(unexplained) <= 0.000001 THEN cost WHEN abs(unexplained + penalty) <= 0.000001 THEN cost + penalty ELSE 0 END AS charged,
        CASE WHEN least(abs(unexplained), abs(unexplained + penalty)) <= 0.000001 THEN due ELSE 0 END AS funded
    FROM named
),
parts AS (
    SELECT *, unnest(if(funded <> 0 AND word <> 'funding rate change', [0, 1], [0])) AS n FROM divided
),
moved AS (
    SELECT *, CASE WHEN n = 1 THEN funded WHEN word = 'funding rate change' THEN change + charged ELSE change + charged - funded END AS gross FROM parts
),
told AS (
    SELECT *, CASE
        WHEN n = 1 OR word = 'funding rate change' THEN 'funding'
        WHEN word IN ('futures trade', 'futures assignor', 'futures assignee', 'futures_unwind', 'futures unwind counterparty', 'settlement',
                      'portfolio auctioning', 'rfq', 'options trade', 'hedging trade', 'interest payment') THEN 'margin'
        WHEN word IN ('futures liquidation', 'futures partial liquidation', 'covered liquidation', 'futures unwind bankrupt') THEN 'liquidation'
        WHEN word IN ('transfer', 'cross-exchange transfer', 'subaccount transfer') THEN 'transfer'
        WHEN word IN ('deposit', 'withdrawal', 'conversion') THEN word
        WHEN word = 'kfee applied' THEN 'fee'
        WHEN word = 'admin transfer' THEN 'adjustment'
        ELSE 'other' END AS kind
    FROM moved
)
SELECT
    line,
    n::SMALLINT AS part,
    CASE WHEN is_contract THEN 'contracts' WHEN change = 0 AND charged = 0 AND funded = 0 THEN 'nothing_moved' END AS skip,
    'movement' AS grain,
    'log' AS namespace,
    concat_ws('/', uid, lower(account), lower(symbol), CASE WHEN n = 1 THEN 'funding' END) AS row_id,
    CASE WHEN kind = 'conversion' THEN 'conversion:' || lower(account) || '/' || epoch_ms(time) // 1000
         WHEN kind = 'transfer' THEN moved_event(time, asset, change) END AS event_id,
    time AS occurred_at,
    CASE WHEN kind IN ('deposit', 'withdrawal') THEN 86400 END AS match_window,
    kind,
    type AS source_type,
    lower(account) AS wallet,
    CASE WHEN kind <> 'fee' AND gross < 0 THEN asset END AS out_asset,
    CASE WHEN kind <> 'fee' AND gross < 0 THEN -gross END AS out_amount,
    CASE WHEN kind <> 'fee' AND gross > 0 THEN asset END AS in_asset,
    CASE WHEN kind <> 'fee' AND gross > 0 THEN gross END AS in_amount,
    CASE WHEN kind = 'fee' OR n = 0 AND charged <> 0 THEN asset END AS fee_asset,
    CASE WHEN kind = 'fee' THEN charged - gross WHEN n = 0 THEN charged END AS fee_amount,
    nullif(concat_ws(' ', upper(nullif(contract, '')), 'at ' || nullif(price, ''),
        CASE WHEN conversion_fee <> 0 THEN 'conversion fee ' || conversion_fee END), '') AS note
FROM told

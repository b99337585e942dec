/*
exchange = "deribit"
title    = "Transaction log (one file for each currency)"
one_row  = "one change of the account's balance in the file's currency"
streams  = ["trades", "deposits", "withdrawals"]
one_wallet = true
zone     = "UTC"
step     = "1s"
blank    = ["-"]
balance  = "Balance"
ignored  = ["UserSeq", "Side", "Amount", "Base Amount", "Size", "Position", "Mark Price", "Index Price", "Fee Rate", "Fee Balance",
            "Equity", "Note"]
[columns]
id         = { type = "id", names = ["ID"] }
time       = { type = "time", names = ["Date"], formats = ["%d %b %Y %H:%M:%S"] }
instrument = { type = "text?", names = ["Instrument"] }
type       = { type = "text", names = ["Type"] }
price      = { type = "number?", names = ["Price"] }
cash_flow  = { type = "number?", names = ["Cash Flow"] }
funding    = { type = "number?", names = ["Funding"] }
fee        = { type = "number?", names = ["Fee Charged", "Fee Paid"] }
change     = { type = "number", names = ["Change"] }
Balance    = "number?"
trade_id   = { type = "text?", names = ["Trade ID"] }
order_id   = { type = "text?", names = ["Order ID"] }
info       = { type = "text?", names = ["Info"] }
currency   = { type = "text?", names = ["Currency"] }
[skip]
nothing_moved = "the balance did not change and no fee was charged"

`Change` is what the balance changed by, the fee included, unless the fee came out of the fee balance: then the change is the cash
flow alone. No column names the file's currency: the instruments do (BTC-PERPETUAL is settled in BTC, SOL_USDC-PERPETUAL in USDC),
and a file without any is refused line by line. Ids are counted within a currency. A spot instrument (BTC_USDC)
has no hyphen: each currency's file tells its own side of such a trade. A settlement's funding is a part of its own.
*/
WITH coded AS (
    SELECT *, coalesce(currency, nullif(regexp_extract(instrument, '^[A-Z0-9]+_([A-Z]+)-', 1), ''), nullif(regexp_extract(instrument, '^([A-Z0-9]+)-', 1), '')) AS told,
        CASE WHEN lower(type) = 'trade' AND regexp_full_match(instrument, '[A-Z0-9]+_[A-Z0-9]+') THEN 'spot trade' ELSE lower(type) END AS word, coalesce(fee, 0) AS fee_told, coalesce(funding, 0) AS funded
    FROM rows
),
settled AS (
    SELECT *, (SELECT CASE WHEN count(DISTINCT told) = 1 THEN min(told) END FROM coded) AS asset,
        CASE WHEN change = cash_flow THEN 0 ELSE fee_told END AS charged
    FROM coded
),
parts AS (
    SELECT *, unnest(if(word = 'settlement' AND funded <> 0, [0, 1], [0])) AS n FROM settled
),
moved AS (
    SELECT *, CASE WHEN n = 1 THEN funded WHEN word = 'settlement' THEN change + charged - funded ELSE change + charged END AS gross FROM parts
)
SELECT
    line,
    n::SMALLINT AS part,
    CASE WHEN change = 0 AND charged = 0 THEN 'nothing_moved' END AS skip,
    CASE WHEN asset IS NULL THEN 'the file does not show which currency it is of: no instrument names one, or several do' END AS quarantine,
    'movement' AS grain,
    'log' AS namespace,
    concat_ws(':', asset, id) || if(n = 0, '', '/funding') AS row_id,
    CASE WHEN word = 'spot trade' THEN 'trade:' || trade_id END AS event_id,
    order_id,
    time AS occurred_at,
    CASE WHEN word IN ('deposit', 'withdrawal') THEN 86400 END AS match_window,
    CASE
        WHEN n = 1 THEN 'funding'
        WHEN word IN ('deposit', 'withdrawal', 'transfer') THEN word
        WHEN word = 'spot trade' THEN 'trade'
        WHEN word IN ('trade', 'delivery', 'settlement', 'position move', 'transfer from insurance', 'socialized fund') THEN 'margin'
        WHEN word = 'liquidation' THEN 'liquidation'
        ELSE 'other'
    END AS kind,
    type AS source_type,
    price,
    CASE WHEN gross < 0 THEN asset END AS out_asset,
    CASE WHEN gross < 0 THEN -gross END AS out_amount,
    CASE WHEN gross > 0 THEN asset END AS in_asset,
    CASE WHEN gross > 0 THEN gross END AS in_amount,
    CASE WHEN n = 0 AND charged <> 0 THEN asset END AS fee_asset,
    CASE WHEN n = 0 THEN charged END AS fee_amount,
    concat_ws(' ', instrument, info) AS note
FROM moved

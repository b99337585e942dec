/*
exchange = "coinbase"
title    = "Transactions of one wallet (until 2018)"
one_row  = "one change of one wallet's balance"
streams  = ["transactions"]
step     = "1s"
ignored  = ["Balance", "Instantly Exchanged", "Order Price", "Order Currency", "Order Tracking Code", "Order Custom Parameter", "Order Paid Out",
            "Recurring Payment ID"]
[columns]
time           = { type = "time", names = ["Timestamp"] }
amount         = { type = "number", names = ["Amount"] }
currency       = { type = "text", names = ["Currency"] }
to             = { type = "text", names = ["To"] }
notes          = { type = "text", names = ["Notes"] }
total          = { type = "number?", names = ["Transfer Total"] }
total_currency = { type = "text?", names = ["Transfer Total Currency"] }
fee            = { type = "number?", names = ["Transfer Fee"] }
fee_currency   = { type = "text?", names = ["Transfer Fee Currency"] }
method         = { type = "text?", names = ["Transfer Payment Method"] }
transfer_id    = { type = "id?", names = ["Transfer ID"] }
[skip]
nothing_moved = "the amount is 0"

Amounts are signed. A line with a transfer is a purchase or a sale; its total, fee included, is told, and where no wallet of the
account paid, came from outside. The other lines are deposits and withdrawals. The
balance column is not followed: a purchase moves two wallets in one line.
*/
WITH told AS (
    SELECT *, coalesce(total, 0) <> 0 AND total_currency IS NOT NULL AS is_trade, amount > 0 AS comes, coalesce(abs(fee), 0) AS cost,
        coalesce(NOT coinbase_is_wallet(method), true) AS outside
    FROM rows
),
kinds AS (
    SELECT *, CASE WHEN is_trade THEN 'trade'
        WHEN comes AND regexp_matches(lower(notes), 'earn|reward|referral|congratulations|bonus') THEN 'reward'
        WHEN comes THEN 'deposit' ELSE 'withdrawal' END AS kind
    FROM told
),
parts AS (SELECT *, unnest(if(is_trade AND outside, [0, 1], [0])) AS n FROM kinds)
SELECT
    line,
    n::SMALLINT AS part,
    CASE WHEN amount = 0 THEN 'nothing_moved' END AS skip,
    'movement' AS grain,
    CASE WHEN is_trade THEN 'transfer' END AS namespace,
    CASE WHEN is_trade THEN transfer_id || if(n = 1, '/paid', '') END AS row_id,
    time AS occurred_at,
    CASE WHEN n = 1 OR kind IN ('deposit', 'withdrawal') THEN 86400 END AS match_window,
    CASE WHEN n = 0 THEN kind WHEN comes THEN 'deposit' ELSE 'withdrawal' END AS kind,
    CASE WHEN is_trade THEN 'transfer' ELSE kind END AS source_type,
    CASE WHEN is_trade AND n = 0 THEN upper(currency) || '/' || upper(total_currency) END AS market,
    CASE WHEN is_trade AND n = 0 THEN if(comes, 'buy', 'sell') END AS side,
    CASE WHEN n = 1 THEN if(comes, NULL, upper(total_currency)) WHEN NOT comes THEN upper(currency) WHEN is_trade THEN upper(total_currency) END AS out_asset,
    CASE WHEN n = 1 THEN if(comes, NULL, abs(total)) WHEN NOT comes THEN -amount WHEN is_trade THEN abs(total) - cost END AS out_amount,
    CASE WHEN n = 1 THEN if(comes, upper(total_currency), NULL) WHEN comes THEN upper(currency) WHEN is_trade THEN upper(total_currency) END AS in_asset,
    CASE WHEN n = 1 THEN if(comes, abs(total), NULL) WHEN comes THEN amount WHEN is_trade THEN abs(total) + cost END AS in_amount,
    CASE WHEN is_trade AND n = 0 THEN upper(coalesce(fee_currency, total_currency)) END AS fee_asset,
    CASE WHEN is_trade AND n = 0 THEN cost END AS fee_amount,
    coalesce(nullif(notes, ''), nullif("to", '')) AS note
FROM parts

/*
exchange = "kucoin"
title    = "Fiat orders: purchases of crypto"
one_row  = "one purchase of crypto for fiat"
streams  = ["fiat_payments"]
zone     = "UTC"
step     = "1s"
ignored  = ["Order Type", "Price"]
[columns]
order_id   = { type = "id", names = ["Order ID"] }
crypto     = { type = "text", names = ["Currency (Crypto)"] }
quantity   = { type = "number", names = ["Crypto Quantity", "Crypto Quantity,"] }
fiat       = { type = "text", names = ["Currency (Fiat)"] }
amount     = { type = "number", names = ["Fiat Amount"] }
fee_asset  = { type = "text?", names = ["Fee Currency (Fiat)", "Fee Currency"] }
fee        = { type = "number?", names = ["Fee (Fiat)", "Fee"] }
coin_fee   = { type = "number?", names = ["Fee (Crypto)"] }
method     = { type = "text?", names = ["Payment Method"] }
status     = { type = "text", names = ["Status"] }
time       = { type = "time", match = '^Time' }
[skip]
not_done = "only what succeeded moved the balance"

The fee stands apart. Where the payment method is told and is no balance, the fiat came from outside: it is booked as money that
came in and went out.
*/
WITH told AS (
    SELECT *, kucoin_is_done(status) AS done, coalesce(NOT regexp_matches(lower(method), 'balance'), false) AS from_outside FROM rows
),
parts AS (
    SELECT *, unnest(if(from_outside AND done, [0, 1], [0])) AS n FROM told
)
SELECT
    line,
    n::SMALLINT AS part,
    CASE WHEN NOT done THEN 'not_done' END AS skip,
    CASE WHEN done IS NULL THEN 'unknown status ' || status WHEN coin_fee <> 0 THEN 'a fee in both currencies' END AS quarantine,
    'movement' AS grain,
    'fiat order' AS namespace,
    CASE WHEN order_id <> '' THEN order_id || if(n = 1, '/paid', '') END AS row_id,
    time AS occurred_at,
    CASE WHEN n = 1 THEN 86400 END AS match_window,
    if(n = 1, 'deposit', 'trade') AS kind,
    'fiat order' AS source_type,
    CASE WHEN n = 0 THEN 'buy' END AS side,
    CASE WHEN n = 0 THEN upper(fiat) END AS out_asset,
    CASE WHEN n = 0 THEN amount END AS out_amount,
    if(n = 1, upper(fiat), upper(crypto)) AS in_asset,
    if(n = 1, amount + CASE WHEN coalesce(upper(fee_asset), upper(fiat)) = upper(fiat) THEN coalesce(fee, 0) ELSE 0 END, quantity) AS in_amount,
    CASE WHEN n = 0 AND fee IS NOT NULL THEN upper(coalesce(fee_asset, fiat)) END AS fee_asset,
    CASE WHEN n = 0 THEN fee END AS fee_amount,
    method AS note
FROM parts

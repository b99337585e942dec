/*
exchange = "kucoin"
title    = "Spot Orders: Filled Orders"
one_row  = "one order with what it was filled for in sum"
streams  = ["trades"]
zone     = "Asia/Singapore"
step     = "1s"
ignored  = ["UID", "Account Type", "Order Type", "Order Price", "Order Amount", "Filled Volume (USDT)", "Account Mode"]
[columns]
order_id  = { type = "id", names = ["Order ID"] }
ordered   = { type = "time", names = ["Order Time"], match = '^Order Time' }
symbol    = { type = "text", names = ["Symbol"] }
side      = { type = "text", names = ["Side"] }
price     = { type = "number?", names = ["Avg. Filled Price"] }
amount    = { type = "number", names = ["Filled Amount"] }
value     = { type = "number", names = ["Filled Volume"] }
time      = { type = "time?", names = ["Filled Time"], match = '^Filled Time' }
fee       = { type = "number?", names = ["Fee"] }
fee_asset = { type = "text?", names = ["Fee Currency"] }
tax       = { type = "number?", names = ["Tax"] }
status    = { type = "text", names = ["Status"] }
[skip]
not_filled = "nothing of the order was filled"

An order that was cancelled after a part of it was filled counts with that part. The fee stands apart.
*/
SELECT
    line,
    CASE WHEN amount = 0 AND value = 0 THEN 'not_filled' END AS skip,
    CASE
        WHEN upper(side) NOT IN ('BUY', 'SELL') THEN 'unknown side ' || side
        WHEN NOT contains(symbol, '-') THEN 'unknown market ' || symbol
        WHEN tax <> 0 THEN 'a tax was withheld, and the export does not say in which currency'
    END AS quarantine,
    'order' AS grain,
    'order' AS namespace,
    nullif(order_id, '') AS row_id,
    nullif(order_id, '') AS order_id,
    coalesce(time, ordered) AS occurred_at,
    'trade' AS kind,
    status AS source_type,
    replace(symbol, '-', '/') AS market,
    lower(side) AS side,
    price,
    if(upper(side) = 'BUY', split_part(symbol, '-', 2), split_part(symbol, '-', 1)) AS out_asset,
    if(upper(side) = 'BUY', value, amount) AS out_amount,
    if(upper(side) = 'BUY', split_part(symbol, '-', 1), split_part(symbol, '-', 2)) AS in_asset,
    if(upper(side) = 'BUY', amount, value) AS in_amount,
    fee_asset,
    fee AS fee_amount
FROM rows

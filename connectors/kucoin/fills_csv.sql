/*
exchange = "kucoin"
title    = "Spot Orders: Filled Orders (order splitting shown)"
one_row  = "one fill; no trade ids, and equal lines are fills of their own"
streams  = ["trades"]
zone     = "Asia/Singapore"          # where the header states no offset
step     = "1s"
ignored  = ["UID", "Account Type", "Order Type", "Filled Volume (USDT)", "Maker/Taker", "Account Mode"]
[columns]
order_id  = { type = "id?", names = ["Order ID"] }
symbol    = { type = "text", names = ["Symbol"] }
side      = { type = "text", names = ["Side"] }
price     = { type = "number", names = ["Avg. Filled Price"] }
amount    = { type = "number", names = ["Filled Amount"] }
value     = { type = "number", names = ["Filled Volume"] }
time      = { type = "time", names = ["Filled Time"], match = '^Filled Time' }
fee       = { type = "number", names = ["Fee"] }
fee_asset = { type = "text", names = ["Fee Currency"] }
tax       = { type = "number?", names = ["Tax"] }
role      = { type = "text", names = ["Maker/Taker"] }

The fee stands apart, in a currency of its own. A tax withheld beside it names no currency: such a line waits for the owner.
*/
SELECT
    line,
    CASE
        WHEN upper(side) NOT IN ('BUY', 'SELL') THEN 'unknown side ' || side
        WHEN NOT contains(symbol, '-') THEN 'unknown market ' || symbol
        WHEN tax <> 0 THEN 'a tax was withheld, and the export does not say in which currency'
    END AS quarantine,
    'movement' AS grain,
    order_id,
    time AS occurred_at,
    'trade' AS kind,
    'fill' AS source_type,
    replace(symbol, '-', '/') AS market,
    lower(side) AS side,
    price,
    if(upper(side) = 'BUY', split_part(symbol, '-', 2), split_part(symbol, '-', 1)) AS out_asset,
    if(upper(side) = 'BUY', value, amount) AS out_amount,
    if(upper(side) = 'BUY', split_part(symbol, '-', 1), split_part(symbol, '-', 2)) AS in_asset,
    if(upper(side) = 'BUY', amount, value) AS in_amount,
    nullif(fee_asset, '') AS fee_asset,
    fee AS fee_amount
FROM rows

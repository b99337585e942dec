/*
exchange = "bybit"
title    = "Spot trade history"
one_row  = "one fill"
streams  = ["trades"]
step     = "1s"
blank    = ["--"]
[columns]
order_id  = { type = "id?", names = ["Order ID"] }
fill_id   = { type = "id", names = ["Transaction ID"] }
time      = { type = "time", names = ["Filled Time"], match = '^Filled Time' }
symbol    = { type = "text", names = ["Symbol"] }
side      = { type = "text", names = ["Side"] }
price     = { type = "number?", names = ["Filled Price"] }
amount    = { type = "number", names = ["Quantity"] }
value     = { type = "number?", names = ["Exec Value"] }
fee       = { type = "number?", names = ["Fee"] }
fee_asset = { type = "text", names = ["Fee Currency"] }

The fee stands apart in the currency beside it; below zero it is a rebate. A value that is not told is price times quantity.
*/
WITH told AS (
    SELECT rows.*, coalesce(value, exact_product(amount, price)) AS worth,
        CASE WHEN markets.base IS NOT NULL THEN [markets.base, markets.quote] ELSE split_pair(rows.symbol, bybit_quotes()) END AS pair, lower(side) = 'buy' AS buys
    FROM rows LEFT JOIN markets ON markets.symbol = rows.symbol
)
SELECT
    line,
    CASE
        WHEN lower(side) NOT IN ('buy', 'sell') THEN 'unknown side ' || side
        WHEN pair IS NULL THEN 'unknown market ' || symbol
        WHEN worth IS NULL THEN 'neither value nor price is told'
    END AS quarantine,
    'movement' AS grain,
    CASE WHEN fill_id NOT IN ('', '--') THEN 'execution' END AS namespace,
    CASE WHEN fill_id NOT IN ('', '--') THEN fill_id END AS row_id,
    order_id,
    time AS occurred_at,
    'trade' AS kind,
    'fill' AS source_type,
    pair[1] || '/' || pair[2] AS market,
    lower(side) AS side,
    price,
    if(buys, pair[2], pair[1]) AS out_asset,
    if(buys, worth, amount) AS out_amount,
    if(buys, pair[1], pair[2]) AS in_asset,
    if(buys, amount, worth) AS in_amount,
    upper(nullif(fee_asset, '')) AS fee_asset,
    fee AS fee_amount
FROM told

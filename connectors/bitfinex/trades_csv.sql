/*
exchange = "bitfinex"
title    = "Trades"
one_row  = "one fill"
streams  = ["trades"]
step     = "1s"
ignored  = ["FEE PERC"]
[columns]
id        = { type = "id", names = ["#"] }
pair      = { type = "text", names = ["PAIR"] }
amount    = { type = "number", names = ["AMOUNT"] }
price     = { type = "number", names = ["PRICE"] }
fee       = { type = "number", names = ["FEE"] }
fee_asset = { type = "text", names = ["FEE CURRENCY"] }
time      = { type = "time", names = ["DATE"], formats = [["%d-%m-%y %H:%M:%S", "%m-%d-%y %H:%M:%S"], ["%d-%m-%Y %H:%M:%S", "%m-%d-%Y %H:%M:%S"]] }
order_id  = { type = "id?", names = ["ORDER ID"] }
margin    = { type = "text?", names = ["Margin"] }

The amount is signed in the base. What it was worth is not told: amount times price, to 18 digits. The fee is negative where it
costs, in a currency that the owner may have chosen. Owners choose the order of day and month too; the file as a whole shows it.
*/
WITH told AS (
    SELECT *, bitfinex_pair(pair) AS coins, exact_product(abs(amount), price) AS worth, coalesce(upper(margin), '') = 'TRUE' AS on_margin FROM rows
)
SELECT
    line,
    CASE WHEN coins IS NULL THEN 'unknown market ' || pair
         WHEN worth IS NULL THEN 'amount times price is out of range' END AS quarantine,
    'movement' AS grain,
    CASE WHEN regexp_full_match(id, '[0-9]+') THEN 'fill' END AS namespace,
    CASE WHEN regexp_full_match(id, '[0-9]+') THEN coins[1] || '/' || coins[2] || ':' || id END AS row_id,
    order_id,
    time AS occurred_at,
    if(on_margin, 'margin', 'trade') AS kind,
    if(on_margin, 'margin fill', 'fill') AS source_type,
    if(on_margin, 'margin', 'spot') AS wallet,
    coins[1] || '/' || coins[2] AS market,
    if(amount > 0, 'buy', 'sell') AS side,
    price,
    CASE WHEN NOT on_margin THEN if(amount > 0, coins[2], coins[1]) END AS out_asset,
    CASE WHEN NOT on_margin THEN if(amount > 0, worth, -amount) END AS out_amount,
    CASE WHEN NOT on_margin THEN if(amount > 0, coins[1], coins[2]) END AS in_asset,
    CASE WHEN NOT on_margin THEN if(amount > 0, amount, worth) END AS in_amount,
    bitfinex_asset(nullif(fee_asset, '')) AS fee_asset,
    -fee AS fee_amount
FROM told

/*
exchange = "bittrex"
title    = "Trade History (2023)"
one_row  = "one order that was filled in whole or in part"
streams  = ["orders"]
zone     = "UTC"
step     = "1s"
ignored  = ["Order Type", "Market", "Approx Value (USD)", "Time In Force", "Notes"]
[columns]
order_id = { type = "id", names = ["TXID"] }
time     = { type = "time", names = ["Time (UTC)"], formats = ["%m/%d/%Y %I:%M:%S %p"] }
type     = { type = "text", names = ["Transaction"] }
base     = { type = "text", names = ["Base"] }
quote    = { type = "text", names = ["Quote"] }
price    = { type = "number", names = ["Price"] }
quantity = { type = "number", names = ["Quantity (Base)"] }
fee      = { type = "number", names = ["Fees (Quote)"] }
total    = { type = "number", names = ["Total (Quote)"] }

Three lines stand above the header: name, user, date. Whether the total includes the fee is not said; each line shows it: the
total is price times quantity, with the fee or without.
*/
WITH sided AS (
    SELECT *, contains(upper(type), 'BUY') AS buys, contains(upper(type), 'SELL') AS sells, exact_product(price, quantity) AS worth, abs(fee) AS charged
    FROM rows
),
valued AS (
    SELECT *, CASE WHEN abs(total - worth) <= abs(total - (worth + if(buys, charged, -charged))) THEN total
                   ELSE total - if(buys, charged, -charged) END AS bare
    FROM sided
)
SELECT
    line,
    CASE WHEN buys = sells THEN 'transaction ' || type || ' is neither a purchase nor a sale' END AS quarantine,
    'order' AS grain,
    'order' AS namespace,
    order_id AS row_id,
    order_id,
    time AS occurred_at,
    'trade' AS kind,
    type AS source_type,
    bittrex_asset(base) || '/' || bittrex_asset(quote) AS market,
    if(buys, 'buy', 'sell') AS side,
    price,
    bittrex_asset(if(buys, quote, base)) AS out_asset,
    if(buys, bare, quantity) AS out_amount,
    bittrex_asset(if(buys, base, quote)) AS in_asset,
    if(buys, quantity, bare) AS in_amount,
    CASE WHEN fee <> 0 THEN bittrex_asset(quote) END AS fee_asset,
    charged AS fee_amount
FROM valued

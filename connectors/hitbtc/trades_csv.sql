/*
exchange = "hitbtc"
title    = "Trades"
one_row  = "one fill"
streams  = ["trades"]
zone     = "UTC"
step     = "1s"
ignored  = ["Email", "Taker", "PnL", "Total"]
[columns]
time     = { type = "time", match = '^Date \(.*\)$' }
market   = { type = "text", names = ["Instrument"] }
id       = { type = "id", names = ["Trade ID"] }
order_id = { type = "id", names = ["Order ID"] }
side     = { type = "text", names = ["Side"] }
quantity = { type = "number", names = ["Quantity"] }
price    = { type = "number", names = ["Price"] }
volume   = { type = "number", names = ["Volume"] }
fee      = { type = "number", names = ["Fee"] }
rebate   = { type = "number", names = ["Rebate"] }
mode     = { type = "text?", names = ["Margin Mode"] }

The header names the offset: (UTC), (+01:00), (+01). Volume is price times quantity, without fee and rebate, both of which are in
the quote; newer files write a rebate as a negative fee.
*/
WITH sided AS (
    SELECT *, lower(side) = 'buy' AS buys, split_part(market, '/', 1) AS base, split_part(market, '/', 2) AS quote,
        lower(mode) IN ('isolated', 'cross') AS on_margin, fee - rebate AS charged
    FROM rows
)
SELECT
    line,
    CASE WHEN lower(side) NOT IN ('buy', 'sell') THEN 'side ' || side || ' is neither buy nor sell'
         WHEN quote = '' THEN 'instrument ' || market || ' is not BASE/QUOTE' END AS quarantine,
    'movement' AS grain,
    'trade' AS namespace,
    market || ':' || id AS row_id,
    order_id,
    time AS occurred_at,
    CASE WHEN on_margin THEN 'margin' ELSE 'trade' END AS kind,
    'trade' AS source_type,
    CASE WHEN on_margin THEN 'margin' ELSE 'spot' END AS wallet,
    market,
    lower(side) AS side,
    price,
    if(buys, quote, base) AS out_asset,
    if(buys, volume, quantity) AS out_amount,
    if(buys, base, quote) AS in_asset,
    if(buys, quantity, volume) AS in_amount,
    CASE WHEN charged <> 0 THEN quote END AS fee_asset,
    charged AS fee_amount
FROM sided

/*
exchange = "htx"
title    = "Spot trades (data export)"
one_row  = "one fill; the file has no ids of fills, and equal lines are fills of their own"
streams  = ["trades"]
zone     = "UTC"
zone_stated = false
step     = "1s"
ignored  = ["uid", "order_type"]
[columns]
symbol    = "text"
side      = { type = "text", names = ["deal_type"] }
account   = { type = "text", names = ["account_type"] }
price     = "number"
volume    = "number"
amount    = "number"
fee       = { type = "number?", names = ["fee_amount"] }
fee_code  = { type = "text?", names = ["fee_currency"] }
point     = { type = "text?", names = ["fee_point_currency"] }
points    = { type = "number?", names = ["fee_point_volume"] }
time      = { type = "time", names = ["deal_time"] }

`volume` is of the base, `amount` of the quote. `uid` is the account's number. A fee may be paid in points, beside or instead of
an asset: the points are then a row of their own.
*/
WITH sided AS (
    SELECT *, lower(side) = 'buy' AS buys, upper(split_part(symbol, '/', 1)) AS base, upper(split_part(symbol, '/', 2)) AS quote FROM rows
),
parts AS (SELECT *, unnest(if(points > 0 AND fee > 0, [0, 1], [0])) AS n FROM sided)
SELECT
    line,
    n::SMALLINT AS part,
    CASE WHEN lower(side) NOT IN ('buy', 'sell') THEN 'deal_type ' || side || ' is neither buy nor sell'
         WHEN quote = '' THEN 'symbol ' || symbol || ' is not BASE/QUOTE' END AS quarantine,
    'movement' AS grain,
    time AS occurred_at,
    CASE WHEN n = 1 THEN 'fee' WHEN lower(account) = 'spot' THEN 'trade' WHEN contains(lower(account), 'margin') THEN 'margin' ELSE 'other' END AS kind,
    account || '/' || side AS source_type,
    CASE WHEN contains(lower(account), 'margin') THEN 'margin' ELSE 'spot' END AS wallet,
    base || '/' || quote AS market,
    lower(side) AS side,
    price,
    CASE WHEN n = 0 THEN if(buys, quote, base) END AS out_asset,
    CASE WHEN n = 0 THEN if(buys, amount, volume) END AS out_amount,
    CASE WHEN n = 0 THEN if(buys, base, quote) END AS in_asset,
    CASE WHEN n = 0 THEN if(buys, volume, amount) END AS in_amount,
    upper(CASE WHEN n = 1 OR (points > 0 AND coalesce(fee, 0) = 0) THEN coalesce(point, 'HBPOINT') WHEN fee <> 0 THEN fee_code END) AS fee_asset,
    CASE WHEN n = 1 OR (points > 0 AND coalesce(fee, 0) = 0) THEN points ELSE coalesce(fee, 0) END AS fee_amount
FROM parts

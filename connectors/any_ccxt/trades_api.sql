/*
exchange = "any_ccxt"
title    = "fetchMyTrades"
source   = "api"
one_row  = "one fill, as ccxt unifies it"
streams  = ["trades"]
books    = true
zone     = "UTC"
step     = "1ms"
rows     = "[]"
[columns]
row       = { type = "text", path = "." }
id        = "text?"
order_id  = { type = "text?", path = "order" }
timestamp = "unix_ms"
symbol    = "text"
side      = "text"
type      = "text?"
price     = "number?"
amount    = "number"
cost      = "number"
fee_cost  = { type = "number?", path = "fee.cost" }
fee_code  = { type = "text?", path = "fee.currency" }
fees      = "text?"

ccxt gives one fee as `fee`, several as `fees`: each of those beyond the first is a row of its own in the same event.
Trade ids are unique within a market at many exchanges, so the market is part of the id.
*/
WITH
named AS (
    SELECT *,
        symbol || ':' || coalesce(id, md5(row)) AS trade_id,
        upper(split_part(symbol, '/', 1)) AS base,
        upper(split_part(split_part(symbol, '/', 2), ':', 1)) AS quote,
        lower(side) = 'buy' AS buys,
        list_filter(from_json(coalesce(fees, '[]'), '[{"cost":"VARCHAR","currency":"VARCHAR"}]'), lambda f: f.cost IS NOT NULL) AS all_fees
    FROM rows
),
fee_list AS (
    SELECT *,
        CASE WHEN len(all_fees) < 2 AND fee_cost IS NOT NULL THEN [{'cost': fee_cost, 'code': fee_code}]
             ELSE list_transform(all_fees, lambda f: {'cost': number_of(f.cost), 'code': f.currency}) END AS charged
    FROM named
),
parts AS (
    SELECT *, unnest(range(greatest(1, coalesce(len(charged), 0)))) AS n FROM fee_list
)
SELECT
    line,
    n::SMALLINT AS part,
    CASE
        WHEN NOT contains(symbol, '/') THEN 'the market ' || symbol || ' is listed no more, so nothing tells what was bought and sold'
        WHEN lower(side) NOT IN ('buy', 'sell') OR contains(symbol, ':') THEN 'no spot trade: ' || symbol || ' ' || side
    END AS quarantine,
    'movement' AS grain,
    'trade' AS namespace,
    CASE WHEN n = 0 THEN trade_id ELSE trade_id || '/fee' || n END AS row_id,
    CASE WHEN len(charged) > 1 THEN 'trade:' || trade_id END AS event_id,
    order_id,
    timestamp AS occurred_at,
    'trade' AS kind,
    type AS source_type,
    base || '/' || quote AS market,
    lower(side) AS side,
    price,
    CASE WHEN n = 0 THEN if(buys, quote, base) END AS out_asset,
    CASE WHEN n = 0 THEN if(buys, cost, amount) END AS out_amount,
    CASE WHEN n = 0 THEN if(buys, base, quote) END AS in_asset,
    CASE WHEN n = 0 THEN if(buys, amount, cost) END AS in_amount,
    upper(charged[n + 1].code) AS fee_asset,
    charged[n + 1].cost AS fee_amount
FROM parts

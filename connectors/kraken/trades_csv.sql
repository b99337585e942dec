/*
exchange = "kraken"
title    = "Trades"
source   = "csv"
one_row  = "one execution"
streams  = ["trades"]
books    = false
step     = "100us"
ignored  = ["aclass", "subclass", "ordertype", "misc", "ledgers", "postxid", "posttxid", "posstatus", "posstatuscode", "cprice", "ccost",
            "cfee", "cvol", "cmargin", "net", "trades", "costusd"]
[columns]
txid     = "text"
order_id = { type = "text?", names = ["ordertxid"] }
pair     = "text"
time     = "time"
type     = "text"
price    = "number"
cost     = "number"
fee      = "number"
vol      = "number"
margin   = "number?"

Describes what the ledger books under the same id (its refid). The fee is stated in the quote here, whatever it was paid in;
purchases by the app or the widget are missing. A trade on margin moves a position, not these amounts.
*/
WITH split AS (
    SELECT rows.*, coalesce(margin, 0) <> 0 AS on_margin,
        coalesce(markets.base, kraken_asset(kraken_split(pair)[1])) AS base,
        coalesce(markets.quote, kraken_asset(kraken_split(pair)[2])) AS quote
    FROM rows LEFT JOIN markets ON markets.symbol = rows.pair
)
SELECT
    line,
    CASE
        WHEN base IS NULL OR quote IS NULL THEN 'pair ' || pair || ' is in no list of markets'
        WHEN type NOT IN ('buy', 'sell') THEN 'type ' || type || ' is neither buy nor sell'
    END AS quarantine,
    'describe' AS grain,
    'trade' AS namespace,
    txid AS row_id,
    'ref:' || txid AS event_id,
    order_id,
    time AS occurred_at,
    CASE WHEN on_margin THEN 'margin' ELSE 'trade' END AS kind,
    type AS source_type,
    base || '/' || quote AS market,
    type AS side,
    price,
    CASE WHEN NOT on_margin THEN CASE type WHEN 'buy' THEN quote ELSE base END END AS out_asset,
    CASE WHEN NOT on_margin THEN CASE type WHEN 'buy' THEN cost ELSE vol END END AS out_amount,
    CASE WHEN NOT on_margin THEN CASE type WHEN 'buy' THEN base ELSE quote END END AS in_asset,
    CASE WHEN NOT on_margin THEN CASE type WHEN 'buy' THEN vol ELSE cost END END AS in_amount,
    CASE WHEN fee <> 0 THEN quote END AS fee_asset,
    fee AS fee_amount
FROM split

/*
exchange = "binance"
title    = "GET /api/v3/myTrades"
source   = "api"
one_row  = "one fill of one order; quantities are gross, the commission comes on top in its own asset"
streams  = ["trades"]
zone     = "UTC"
step     = "1ms"
rows     = "[]"
ignored  = ["orderListId", "isMaker", "isBestMatch"]
[columns]
symbol          = "text"
id              = "text"
orderId         = "text"
price           = "number"
qty             = "number"
quoteQty        = "number"
commission      = "number"
commissionAsset = "text"
time            = "unix_ms"
isBuyer         = "text"
*/
SELECT
    line,
    CASE WHEN base IS NULL THEN 'the exchange no longer lists the market ' || rows.symbol || ': base and quote are not told' END AS quarantine,
    'movement' AS grain,
    'trade' AS namespace,
    rows.symbol || ':' || id AS row_id,
    rows.symbol || ':' || orderId AS order_id,
    time AS occurred_at,
    'trade' AS kind,
    'trade' AS source_type,
    base || '/' || quote AS market,
    CASE WHEN isBuyer = 'true' THEN 'buy' ELSE 'sell' END AS side,
    price,
    CASE WHEN isBuyer = 'true' THEN quote ELSE base END AS out_asset,
    CASE WHEN isBuyer = 'true' THEN quoteQty ELSE qty END AS out_amount,
    CASE WHEN isBuyer = 'true' THEN base ELSE quote END AS in_asset,
    CASE WHEN isBuyer = 'true' THEN qty ELSE quoteQty END AS in_amount,
    binance_asset(commissionAsset) AS fee_asset,
    commission AS fee_amount
FROM rows
LEFT JOIN markets ON markets.symbol = rows.symbol

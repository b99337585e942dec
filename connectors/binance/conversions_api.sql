/*
exchange = "binance"
title    = "GET /sapi/v1/convert/tradeFlow"
source   = "api"
one_row  = "one conversion at a quoted price; the cost is inside the price, no fee is charged"
streams  = ["conversions"]
zone     = "UTC"
step     = "1ms"
rows     = "list[]"
ignored  = ["quoteId", "ratio", "inverseRatio"]
[columns]
orderId     = "text"
orderStatus = "text"
fromAsset   = "text"
fromAmount  = "number"
toAsset     = "text"
toAmount    = "number"
createTime  = "unix_ms"
[skip]
failed = "the conversion failed: nothing was exchanged"
*/
SELECT
    line,
    CASE WHEN orderStatus IN ('FAIL', 'FAILED', 'EXPIRED', 'CANCELED') THEN 'failed' END AS skip,
    CASE
        WHEN orderStatus NOT IN ('SUCCESS', 'PROCESS', 'ACCEPT_SUCCESS', 'FAIL', 'FAILED', 'EXPIRED', 'CANCELED')
            THEN 'unknown conversion status ' || orderStatus
    END AS quarantine,
    'movement' AS grain,
    'convert' AS namespace,
    orderId AS row_id,
    createTime AS occurred_at,
    'conversion' AS kind,
    'convert' AS source_type,
    CASE WHEN orderStatus = 'SUCCESS' THEN 'final' ELSE 'open' END AS status,
    binance_asset(fromAsset) AS out_asset,
    fromAmount AS out_amount,
    binance_asset(toAsset) AS in_asset,
    toAmount AS in_amount,
    0::DECIMAL(38, 18) AS fee_amount
FROM rows

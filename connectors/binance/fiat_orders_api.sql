/*
exchange = "binance"
title    = "GET /sapi/v1/fiat/orders"
source   = "api"
one_row  = "one bank deposit or withdrawal of fiat; amount is what arrived at its goal, after totalFee"
streams  = ["fiat_orders"]
zone     = "UTC"
step     = "1ms"
rows     = "data[]"
ignored  = ["indicatedAmount", "updateTime"]
[columns]
orderNo      = "text"
fiatCurrency = "text"
amount       = "number"
totalFee     = "number"
method       = "text?"
status       = "text"
createTime   = "unix_ms"
[skip]
failed   = "the order failed: nothing was credited or debited"
refunded = "the money went back where it came from: nothing remains"
*/
SELECT
    line,
    CASE
        WHEN lower(status) IN ('failed', 'expired', 'rejected', 'cancelled') THEN 'failed'
        WHEN lower(status) = 'refunded' THEN 'refunded'
    END AS skip,
    -- 'Refund Failed' and 'Order Partial credit Stopped' leave open how much moved
    CASE
        WHEN lower(status) NOT IN ('successful', 'finished', 'completed', 'processing', 'refunding', 'failed', 'expired', 'rejected',
                                   'cancelled', 'refunded')
            THEN 'the status ' || status || ' does not tell how much moved'
    END AS quarantine,
    'movement' AS grain,
    'fiat' AS namespace,
    orderNo AS row_id,
    createTime AS occurred_at,
    86400 AS match_window,
    CASE context_scope WHEN 'deposit' THEN 'deposit' ELSE 'withdrawal' END AS kind,
    'fiat ' || context_scope AS source_type,
    CASE WHEN lower(status) IN ('processing', 'refunding') THEN 'open' ELSE 'final' END AS status,
    CASE WHEN context_scope = 'withdrawal' THEN fiatCurrency END AS out_asset,
    CASE WHEN context_scope = 'withdrawal' THEN amount END AS out_amount,
    -- a deposit's fee is taken out of what was paid in
    CASE WHEN context_scope = 'deposit' THEN fiatCurrency END AS in_asset,
    CASE WHEN context_scope = 'deposit' THEN amount + totalFee END AS in_amount,
    fiatCurrency AS fee_asset,
    totalFee AS fee_amount,
    method AS note
FROM rows

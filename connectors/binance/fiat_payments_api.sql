/*
exchange = "binance"
title    = "GET /sapi/v1/fiat/payments"
source   = "api"
one_row  = "one purchase or sale of crypto for fiat; the fiat amount includes totalFee, which is charged in fiat"
streams  = ["fiat_payments"]
zone     = "UTC"
step     = "1ms"
rows     = "data[]"
ignored  = ["updateTime"]
[columns]
orderNo        = "text"
sourceAmount   = "number"
fiatCurrency   = "text"
obtainAmount   = "number"
cryptoCurrency = "text"
totalFee       = "number"
price          = "number?"
status         = "text"
paymentMethod  = "text?"
createTime     = "unix_ms"
[skip]
failed   = "the payment failed: nothing was exchanged"
refunded = "the payment was given back: nothing remains"
*/
WITH payments AS (
    SELECT
        *,
        lower(status) AS state,
        context_scope = 'buy' AS bought,
        -- a card pays from outside: the fiat comes in and is spent in the same moment
        context_scope = 'buy' AND coalesce(lower(paymentMethod), 'cash balance') <> 'cash balance' AS paid_from_outside
    FROM rows
)
SELECT
    line,
    0::SMALLINT AS part,
    CASE WHEN state = 'failed' THEN 'failed' WHEN state = 'refunded' THEN 'refunded' END AS skip,
    CASE WHEN state NOT IN ('completed', 'processing', 'failed', 'refunded') THEN 'unknown payment status ' || status END AS quarantine,
    'movement' AS grain,
    'payment' AS namespace,
    orderNo AS row_id,
    createTime AS occurred_at,
    NULL::INTEGER AS match_window,
    'trade' AS kind,
    'fiat ' || context_scope AS source_type,
    CASE WHEN state = 'processing' THEN 'open' ELSE 'final' END AS status,
    -- no market: these are not fills of the order book, and Binance may have no such symbol to ask for
    context_scope AS side,
    price,
    CASE WHEN bought THEN fiatCurrency ELSE binance_asset(cryptoCurrency) END AS out_asset,
    CASE WHEN bought THEN sourceAmount - totalFee ELSE sourceAmount END AS out_amount,
    CASE WHEN bought THEN binance_asset(cryptoCurrency) ELSE fiatCurrency END AS in_asset,
    CASE WHEN bought THEN obtainAmount ELSE obtainAmount + totalFee END AS in_amount,
    fiatCurrency AS fee_asset,
    totalFee AS fee_amount,
    paymentMethod AS note
FROM payments
UNION ALL BY NAME
SELECT
    line,
    1::SMALLINT AS part,
    'movement' AS grain,
    'payment' AS namespace,
    orderNo || ':paid' AS row_id,
    createTime AS occurred_at,
    86400 AS match_window,
    'deposit' AS kind,
    'fiat ' || context_scope AS source_type,
    CASE WHEN state = 'processing' THEN 'open' ELSE 'final' END AS status,
    fiatCurrency AS in_asset,
    sourceAmount AS in_amount,
    0::DECIMAL(38, 18) AS fee_amount,
    paymentMethod AS note
FROM payments
WHERE paid_from_outside AND state IN ('completed', 'processing')

/*
exchange = "binance"
title    = "GET /sapi/v1/asset/dribblet"
source   = "api"
one_row  = "one small balance turned into BNB; transferedAmount is gross, the service charge of about 2 % is taken out of it"
streams  = ["dust"]
zone     = "UTC"
step     = "1ms"
rows     = "userAssetDribblets[].userAssetDribbletDetails[]"
[columns]
transId             = "text"
fromAsset           = "text"
amount              = "number"
targetAsset         = "text?"
transferedAmount    = "number"
serviceChargeAmount = "number"
operateTime         = "unix_ms"
*/
SELECT
    line,
    'movement' AS grain,
    'dust' AS namespace,
    -- the balances of one batch may share their transId
    transId || ':' || fromAsset AS row_id,
    operateTime AS occurred_at,
    'conversion' AS kind,
    'dust' AS source_type,
    binance_asset(fromAsset) AS out_asset,
    amount AS out_amount,
    coalesce(targetAsset, 'BNB') AS in_asset,
    transferedAmount AS in_amount,
    coalesce(targetAsset, 'BNB') AS fee_asset,
    serviceChargeAmount AS fee_amount
FROM rows

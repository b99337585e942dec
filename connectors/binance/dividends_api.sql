/*
exchange = "binance"
title    = "GET /sapi/v1/asset/assetDividend"
source   = "api"
one_row  = "one distribution to the spot wallet (direction 1), or one taken back (-1; the amount stays positive)"
streams  = ["dividends"]
zone     = "UTC"
step     = "1ms"
rows     = "rows[]"
[columns]
id        = "text"
amount    = "number"
asset     = "text"
divTime   = "unix_ms"
enInfo    = "text?"
tranId    = "text?"
direction = "text?"
*/
SELECT
    line,
    CASE WHEN coalesce(direction, '1') NOT IN ('1', '-1') THEN 'unknown direction ' || direction END AS quarantine,
    'movement' AS grain,
    'dividend' AS namespace,
    id AS row_id,
    divTime AS occurred_at,
    CASE
        WHEN direction = '-1' THEN 'adjustment'
        WHEN regexp_matches(lower(enInfo), 'rebate|kickback|commission') THEN 'rebate'
        -- a swap or a refund gives back what was held before: no income, and the text does not tell against what
        WHEN regexp_matches(lower(enInfo), 'swap|rebrand|redenominat|migrat|merge|refund|compensat|recover|redempt|convert|principal')
            THEN 'other'
        WHEN regexp_matches(lower(enInfo), 'distribut|airdrop|reward|interest|staking|launchpool|flexible|locked|saving|earn|'
                            || 'bonus|voucher|vault|dividend|megadrop|mining|cashback')
            THEN 'reward'
        ELSE 'other'
    END AS kind,
    enInfo AS source_type,
    CASE WHEN direction = '-1' THEN binance_asset(asset) END AS out_asset,
    CASE WHEN direction = '-1' THEN amount END AS out_amount,
    CASE WHEN coalesce(direction, '1') = '1' THEN binance_asset(asset) END AS in_asset,
    CASE WHEN coalesce(direction, '1') = '1' THEN amount END AS in_amount,
    0::DECIMAL(38, 18) AS fee_amount,
    tranId AS note
FROM rows

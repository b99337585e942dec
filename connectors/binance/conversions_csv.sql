/*
exchange = "binance"
title    = "Convert history"
one_row  = "one conversion at a quoted price; the cost is inside the price, no fee is charged"
streams  = ["conversions"]
zone     = "UTC"
zone_stated = false
step     = "1s"
ignored  = ["Pair", "Price", "Date Updated"]
[columns]
time    = { type = "time", names = ["Date"], formats = ["%y-%m-%d %H:%M:%S"] }
wallet  = { type = "text?", names = ["Wallet"] }
type    = { type = "text", names = ["Type"] }
sold    = { type = "glued", names = ["Sell"] }
bought  = { type = "glued", names = ["Buy"] }
inverse = { type = "text", names = ["Inverse Price"] }
status  = { type = "text", names = ["Status"] }
[skip]
failed = "the conversion failed or expired: nothing was exchanged"
*/
SELECT
    line,
    CASE WHEN lower(status) IN ('failed', 'expired', 'canceled', 'cancelled', 'rejected') THEN 'failed' END AS skip,
    CASE
        WHEN lower(status) NOT IN ('successful', 'success', 'completed', 'processing', 'open', 'failed', 'expired', 'canceled', 'cancelled', 'rejected')
            THEN 'unknown conversion status ' || status
        WHEN sold_asset IS NULL OR bought_asset IS NULL THEN 'an amount without its coin'
    END AS quarantine,
    'movement' AS grain,
    time AS occurred_at,
    'conversion' AS kind,
    'convert ' || lower(type) AS source_type,
    CASE WHEN lower(status) IN ('processing', 'open') THEN 'open' ELSE 'final' END AS status,
    -- 'Spot Wallet', 'Funding Wallet', or both
    CASE WHEN lower(wallet) LIKE '%fund%' AND lower(wallet) NOT LIKE '%spot%' THEN 'funding' ELSE 'spot' END AS wallet,
    binance_asset(sold_asset) AS out_asset,
    sold AS out_amount,
    binance_asset(bought_asset) AS in_asset,
    bought AS in_amount,
    0::DECIMAL(38, 18) AS fee_amount
FROM rows

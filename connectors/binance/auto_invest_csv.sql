/*
exchange = "binance"
title    = "Auto-Invest history"
one_row  = "one purchase by a savings plan"
streams  = ["conversions"]
zone     = "UTC"
step     = "1s"
[columns]
time   = { type = "time", names = ["Auto-Invest Date(UTC)"], formats = [["%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M"], "%y-%m-%d %H:%M:%S"] }
coin   = { type = "text", names = ["Holding Coin"] }
paid   = { type = "glued", names = ["Amount per period"] }
fee    = { type = "glued", names = ["Trading Fee"] }
units  = { type = "glued", names = ["Units"] }
source = { type = "text", names = ["From"] }
Status = "text"
[skip]
failed = "the purchase failed: nothing was exchanged"

The fee is charged on top of the amount per period. The payment is taken from the wallets that 'From' names, in parts that are not
told: it is booked from the spot wallet.
*/
SELECT
    line,
    CASE WHEN lower(Status) IN ('failed', 'fail', 'failure') THEN 'failed' END AS skip,
    CASE
        WHEN lower(Status) NOT IN ('success', 'successful', 'failed', 'fail', 'failure') THEN 'unknown status ' || Status
        WHEN paid_asset IS NULL OR units_asset IS NULL THEN 'an amount without its coin'
    END AS quarantine,
    'movement' AS grain,
    time AS occurred_at,
    'trade' AS kind,
    'auto-invest' AS source_type,
    binance_asset(paid_asset) AS out_asset,
    paid AS out_amount,
    binance_asset(units_asset) AS in_asset,
    units AS in_amount,
    binance_asset(coalesce(fee_asset, paid_asset)) AS fee_asset,
    fee AS fee_amount,
    source AS note
FROM rows

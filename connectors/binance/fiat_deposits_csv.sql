/*
exchange  = "binance"
title     = "Fiat deposits (the same columns in both directions)"
one_row   = "one deposit of fiat: what was paid in, the fee is taken out of it"
streams   = ["fiat_orders"]
zone      = "UTC"                    # the header states the offset: Date(UTC+1)
step      = "1s"
file_name = "deposit"
ignored   = ["Indicated Amount"]
[columns]
time     = { type = "time", match = '^Date\(UTC', formats = ["%y-%m-%d %H:%M:%S"] }
Coin     = "text"
Amount   = "number"
Status   = "text"
method   = { type = "text", names = ["Payment Method"] }
fee      = { type = "number?", names = ["Fee"] }
order_id = { type = "id", names = ["Order ID"] }
[skip]
failed   = "the order failed: nothing was credited or debited"
refunded = "the money went back where it came from: nothing remains"
*/
SELECT
    line,
    CASE
        WHEN lower(Status) IN ('failed', 'expired', 'rejected', 'cancelled', 'canceled') THEN 'failed'
        WHEN lower(Status) = 'refunded' THEN 'refunded'
    END AS skip,
    CASE
        WHEN lower(Status) NOT IN ('successful', 'finished', 'completed', 'processing', 'refunding', 'failed', 'expired', 'rejected',
                                   'cancelled', 'canceled', 'refunded')
            THEN 'the status ' || Status || ' does not tell how much moved'
    END AS quarantine,
    'movement' AS grain,
    'fiat export' AS namespace,
    nullif(order_id, '') AS row_id,
    time AS occurred_at,
    86400 AS match_window,
    'deposit' AS kind,
    'fiat deposit' AS source_type,
    CASE WHEN lower(Status) IN ('processing', 'refunding') THEN 'open' ELSE 'final' END AS status,
    Coin AS in_asset,
    Amount + coalesce(fee, 0) AS in_amount,
    Coin AS fee_asset,
    fee AS fee_amount,
    method AS note
FROM rows

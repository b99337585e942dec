/*
exchange  = "binance"
title     = "Fiat withdrawals (the same columns in both directions)"
one_row   = "one withdrawal of fiat: what arrived at the bank, the fee was debited on top"
streams   = ["fiat_orders"]
zone      = "UTC"                    # the header states the offset: Date(UTC+1)
step      = "1s"
file_name = "withdraw"
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
    'withdrawal' AS kind,
    'fiat withdrawal' AS source_type,
    CASE WHEN lower(Status) IN ('processing', 'refunding') THEN 'open' ELSE 'final' END AS status,
    Coin AS out_asset,
    Amount AS out_amount,
    Coin AS fee_asset,
    fee AS fee_amount,
    method AS note
FROM rows

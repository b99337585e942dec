/*
exchange = "bitstamp"
title    = "Transactions (RFC 4180, since December 2023)"
one_row  = "one deposit, withdrawal, reward or fill"
streams  = ["trades", "movements"]
step     = "1s"
ignored  = ["Account", "Rate currency"]
untold_fees = ["withdrawal"]
[columns]
id             = { type = "id", names = ["ID"] }
type           = { type = "text", names = ["Type"] }
subtype        = { type = "text?", names = ["Subtype"] }
time           = { type = "time", names = ["Datetime"] }
amount         = { type = "number", names = ["Amount"] }
asset          = { type = "text", names = ["Amount currency"] }
value          = { type = "number?", names = ["Value"] }
value_asset    = { type = "text?", names = ["Value currency"] }
price          = { type = "number?", names = ["Rate"] }
fee            = { type = "number?", names = ["Fee"] }
fee_asset      = { type = "text?", names = ["Fee currency"] }
order_id       = { type = "id?", names = ["Order ID"] }

Amounts carry no sign: the type says the direction. The fee stands apart from the value and is charged in the quote; a fill
without one cost nothing. A withdrawal does not tell its fee here.
*/
WITH told AS (
    SELECT *, bitstamp_kind(type) AS kind, bitstamp_leaves(type, subtype, amount) AS leaves FROM rows
)
SELECT
    line,
    CASE
        WHEN leaves IS NULL THEN 'nothing tells whether this came or went: ' || concat_ws(' ', type, subtype)
        WHEN kind = 'trade' AND (value IS NULL OR coalesce(value_asset, '') = '') THEN 'a fill without its value'
    END AS quarantine,
    'movement' AS grain,
    'transaction' AS namespace,
    nullif(id, '') AS row_id,
    order_id,
    time AS occurred_at,
    CASE WHEN kind IN ('deposit', 'withdrawal') THEN 86400 END AS match_window,
    kind,
    concat_ws(' ', type, subtype) AS source_type,
    bitstamp_wallet(asset) AS wallet,
    CASE WHEN kind = 'trade' THEN bitstamp_asset(asset) || '/' || bitstamp_asset(value_asset) END AS market,
    CASE WHEN kind = 'trade' THEN lower(subtype) END AS side,
    CASE WHEN kind = 'trade' THEN price END AS price,
    CASE WHEN leaves THEN bitstamp_asset(asset) WHEN kind = 'trade' THEN bitstamp_asset(value_asset) END AS out_asset,
    CASE WHEN leaves THEN abs(amount) WHEN kind = 'trade' THEN abs(value) END AS out_amount,
    CASE WHEN NOT leaves THEN bitstamp_asset(asset) WHEN kind = 'trade' THEN bitstamp_asset(value_asset) END AS in_asset,
    CASE WHEN NOT leaves THEN abs(amount) WHEN kind = 'trade' THEN abs(value) END AS in_amount,
    CASE WHEN fee IS NOT NULL THEN bitstamp_asset(coalesce(fee_asset, value_asset, asset)) END AS fee_asset,
    CASE WHEN kind = 'trade' THEN coalesce(fee, 0) ELSE fee END AS fee_amount
FROM told

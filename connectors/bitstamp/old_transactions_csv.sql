/*
exchange = "bitstamp"
title    = "Transactions (until November 2023)"
one_row  = "one deposit, withdrawal, reward or fill; no ids"
streams  = ["trades", "movements"]
step     = "1m"
ignored  = ["Account"]
untold_fees = ["withdrawal"]
[columns]
type    = { type = "text", names = ["Type"] }
subtype = { type = "text", names = ["Sub Type"] }
time    = { type = "time", names = ["Datetime"], formats = ["%b. %d, %Y, %I:%M %p", "%B %d, %Y, %I:%M %p", "%b %d, %Y, %I:%M %p"] }
amount  = { type = "glued", names = ["Amount"] }
value   = { type = "glued?", names = ["Value"] }
price   = { type = "glued?", names = ["Rate"] }
fee     = { type = "glued?", names = ["Fee"] }

Times are written to the minute ('Jan. 28, 2022, 12:13 AM'), a number and its currency share a cell, amounts carry no sign. The
fee stands apart and is charged in the quote; a fill without one cost nothing.
*/
WITH told AS (
    SELECT *, bitstamp_kind(type) AS kind, bitstamp_leaves(type, subtype, amount) AS leaves FROM rows
)
SELECT
    line,
    CASE
        WHEN leaves IS NULL THEN 'nothing tells whether this came or went: ' || concat_ws(' ', type, subtype)
        WHEN amount_asset IS NULL THEN 'an amount without its currency'
        WHEN kind = 'trade' AND (value IS NULL OR value_asset IS NULL) THEN 'a fill without its value'
        WHEN fee <> 0 AND fee_asset IS NULL THEN 'a fee without its currency'
    END AS quarantine,
    'movement' AS grain,
    time AS occurred_at,
    CASE WHEN kind IN ('deposit', 'withdrawal') THEN 86400 END AS match_window,
    kind,
    concat_ws(' ', type, nullif(subtype, '')) AS source_type,
    bitstamp_wallet(amount_asset) AS wallet,
    CASE WHEN kind = 'trade' THEN bitstamp_asset(amount_asset) || '/' || bitstamp_asset(value_asset) END AS market,
    CASE WHEN kind = 'trade' THEN lower(subtype) END AS side,
    CASE WHEN kind = 'trade' THEN price END AS price,
    CASE WHEN leaves THEN bitstamp_asset(amount_asset) WHEN kind = 'trade' THEN bitstamp_asset(value_asset) END AS out_asset,
    CASE WHEN leaves THEN abs(amount) WHEN kind = 'trade' THEN abs(value) END AS out_amount,
    CASE WHEN NOT leaves THEN bitstamp_asset(amount_asset) WHEN kind = 'trade' THEN bitstamp_asset(value_asset) END AS in_asset,
    CASE WHEN NOT leaves THEN abs(amount) WHEN kind = 'trade' THEN abs(value) END AS in_amount,
    bitstamp_asset(fee_asset) AS fee_asset,
    CASE WHEN kind = 'trade' THEN coalesce(fee, 0) ELSE fee END AS fee_amount
FROM told

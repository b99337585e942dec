/*
exchange = "binanceus"
title    = "Tax report (without base asset)"
one_row  = "one event: the asset it is about, signed, what was paid or got for it, signed, and the fee"
streams  = ["trades", "deposits", "withdrawals"]
step     = "1s"
ignored  = ["Transaction_ID"]
[columns]
time           = { type = "time", names = ["Time"] }
category       = { type = "text", names = ["Category"] }
operation      = { type = "text", names = ["Operation"] }
order_id       = { type = "id", names = ["Order_ID"] }
primary_asset  = { type = "text", names = ["Primary_Asset"] }
primary_amount = { type = "number?", names = ["Realized_Amount_For_Primary_Asset"] }
quote_asset    = { type = "text", names = ["Quote_Asset"] }
quote_amount   = { type = "number?", names = ["Realized_Amount_For_Quote_Asset"] }
fee_asset      = { type = "text", names = ["Fee_Asset"] }
fee_amount     = { type = "number?", names = ["Realized_Amount_For_Fee_Asset"] }
*/
WITH told AS (
    SELECT *, coalesce(primary_amount, 0) AS a, coalesce(quote_amount, 0) AS b, CASE
        WHEN lower(category) IN ('trade', 'spot trading', 'buy', 'sell', 'quick buy', 'quick sell') THEN 'trade'
        WHEN lower(category) = 'convert' THEN 'conversion'
        WHEN lower(category) IN ('deposit', 'withdrawal') THEN lower(category)
        WHEN lower(category) = 'distribution' THEN 'reward'
        ELSE 'other' END AS kind
    FROM rows
)
SELECT
    line,
    CASE
        WHEN a = 0 AND b = 0 THEN 'no amount is told'
        WHEN kind IN ('trade', 'conversion') AND sign(a) * sign(b) >= 0 THEN 'both sides of it go the same way'
    END AS quarantine,
    'movement' AS grain,
    nullif(order_id, '') AS order_id,
    time AS occurred_at,
    CASE WHEN kind IN ('deposit', 'withdrawal') THEN 86400 END AS match_window,
    kind,
    concat_ws(' ', category, operation) AS source_type,
    CASE WHEN kind = 'trade' THEN upper(primary_asset) || '/' || upper(quote_asset) END AS market,
    CASE WHEN kind = 'trade' THEN if(a > 0, 'buy', 'sell') END AS side,
    CASE WHEN a < 0 OR (kind = 'withdrawal' AND a > 0) THEN upper(primary_asset) WHEN b < 0 THEN upper(quote_asset) END AS out_asset,
    CASE WHEN a < 0 OR (kind = 'withdrawal' AND a > 0) THEN abs(a) WHEN b < 0 THEN -b END AS out_amount,
    CASE WHEN a > 0 AND kind <> 'withdrawal' THEN upper(primary_asset) WHEN b > 0 THEN upper(quote_asset) END AS in_asset,
    CASE WHEN a > 0 AND kind <> 'withdrawal' THEN a WHEN b > 0 THEN b END AS in_amount,
    CASE WHEN fee_amount IS NOT NULL THEN upper(fee_asset) END AS fee_asset,
    fee_amount
FROM told

/*
exchange = "binanceus"
title    = "Tax report (all transactions)"
one_row  = "one event with its assets side by side"
streams  = ["trades", "deposits", "withdrawals"]
step     = "1s"
ignored  = ["User_Id", "User ID", "Transaction_Id", "Transaction ID", "Payment Method", "Payment_Method", "Withdraw Method",
            "Withdrawal_Method", "Realized_Amount_For_Primary_Asset_In_USD_Value", "Realized Amount for Primary Asset in USD",
            "Realized_Amount_For_Base_Asset_In_USD_Value", "Realized Amount For Base Asset In USD",
            "Realized_Amount_For_Fee_Asset_In_USD_Value", "Realized Amount for Fee Asset in USD"]
[columns]
time           = { type = "time", names = ["Time"] }
category       = { type = "text", names = ["Category"] }
operation      = { type = "text", names = ["Operation"] }
order_id       = { type = "id?", names = ["Order ID", "Order_Id"] }
primary_asset  = { type = "text", names = ["Primary Asset", "Primary_Asset"] }
primary_amount = { type = "number?", names = ["Realized Amount For Primary Asset", "Realized_Amount_For_Primary_Asset"] }
base_asset     = { type = "text", names = ["Base Asset", "Base_Asset"] }
base_amount    = { type = "number?", names = ["Realized Amount For Base Asset", "Realized_Amount_For_Base_Asset"] }
quote_asset    = { type = "text", names = ["Quote Asset", "Quote_Asset"] }
quote_amount   = { type = "number?", names = ["Realized Amount for Quote Asset", "Realized_Amount_For_Quote_Asset"] }
quote_usd      = { type = "number?", names = ["Realized Amount for Quote Asset in USD", "Realized_Amount_For_Quote_Asset_In_USD_Value"] }
fee_asset      = { type = "text", names = ["Fee Asset", "Fee_Asset"] }
fee_amount     = { type = "number?", names = ["Realized Amount for Fee Asset", "Realized_Amount_For_Fee_Asset"] }
note           = { type = "text?", names = ["Additional Note", "Additional_Note"] }

Of a fill, base and quote stand there as the market has them; of a purchase or a conversion in one click, the base is what was
paid with and the quote what was got. A fill's USD amount may be missing while its value in USD is told: the same number. The fee
stands apart, in a third asset where it was so. Staking rewards below zero are the service's fee,
any other distribution below zero takes back what was given.
*/
WITH told AS (
    SELECT *, lower(category) AS what, lower(operation) AS how,
        CASE WHEN quote_amount IS NULL AND quote_asset = 'USD' THEN quote_usd ELSE quote_amount END AS quote_told,
        CASE
            WHEN lower(category) = 'deposit' THEN 'deposit'
            WHEN lower(category) = 'withdrawal' THEN 'withdrawal'
            WHEN lower(category) = 'spot trading' THEN 'trade'
            WHEN lower(category) IN ('buy', 'sell', 'quick buy', 'quick sell') THEN 'trade'
            WHEN lower(category) = 'convert' THEN 'conversion'
            WHEN lower(category) = 'distribution' AND regexp_matches(lower(operation), 'commission|rebate') THEN 'rebate'
            WHEN lower(category) = 'distribution' AND primary_amount < 0 AND lower(operation) = 'staking rewards' THEN 'fee'
            WHEN lower(category) = 'distribution' AND primary_amount < 0 THEN 'adjustment'
            WHEN lower(category) = 'distribution' THEN 'reward'
            ELSE 'other'
        END AS kind
    FROM rows
),
sided AS (
    SELECT *,
        what = 'spot trading' AND how IN ('buy', 'sell') AS is_fill,
        what IN ('buy', 'sell', 'quick buy', 'quick sell', 'convert') AS is_click,
        coalesce(primary_amount < 0, false) OR kind = 'withdrawal' AS primary_leaves
    FROM told
)
SELECT
    line,
    CASE
        WHEN (is_fill OR is_click) AND (base_amount IS NULL OR quote_told IS NULL) THEN 'one side of it is not told'
        WHEN what = 'spot trading' AND NOT is_fill THEN 'unknown operation ' || operation
        WHEN kind = 'other' AND primary_amount >= 0 THEN 'unknown category ' || category || ': it does not tell which way it went'
        WHEN NOT is_fill AND NOT is_click AND primary_amount IS NULL THEN 'no amount is told for ' || concat_ws(' ', category, operation)
    END AS quarantine,
    'movement' AS grain,
    order_id,
    time AS occurred_at,
    CASE WHEN kind IN ('deposit', 'withdrawal') THEN 86400 END AS match_window,
    kind,
    concat_ws(' ', category, operation) AS source_type,
    CASE WHEN is_fill THEN upper(base_asset) || '/' || upper(quote_asset) END AS market,
    CASE WHEN is_fill THEN how END AS side,
    CASE WHEN is_fill THEN if(how = 'buy', upper(quote_asset), upper(base_asset))
         WHEN is_click THEN upper(base_asset) WHEN primary_leaves THEN upper(primary_asset) END AS out_asset,
    CASE WHEN is_fill THEN if(how = 'buy', abs(quote_told), abs(base_amount))
         WHEN is_click THEN abs(base_amount) WHEN primary_leaves THEN abs(primary_amount) END AS out_amount,
    CASE WHEN is_fill THEN if(how = 'buy', upper(base_asset), upper(quote_asset))
         WHEN is_click THEN upper(quote_asset) WHEN NOT primary_leaves THEN upper(primary_asset) END AS in_asset,
    CASE WHEN is_fill THEN if(how = 'buy', abs(base_amount), abs(quote_told))
         WHEN is_click THEN abs(quote_told) WHEN NOT primary_leaves THEN primary_amount END AS in_amount,
    CASE WHEN fee_amount IS NOT NULL AND fee_asset <> '' THEN upper(fee_asset) END AS fee_asset,
    fee_amount,
    note
FROM sided

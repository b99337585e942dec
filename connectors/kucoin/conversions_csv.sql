/*
exchange = "kucoin"
title    = "Convert orders"
one_row  = "one conversion at a quoted price; the cost is inside the price"
streams  = ["conversions"]
zone     = "Asia/Singapore"
step     = "1s"
ignored  = ["UID", "Account Type", "Payment Account", "Price"]
[columns]
account = { type = "text", names = ["Payment Account"] }
sold    = { type = "glued", names = ["Sell"] }
bought  = { type = "glued", names = ["Buy"] }
tax     = { type = "number?", names = ["Tax"] }
time    = { type = "time", match = '^Time of Update' }
status  = { type = "text", names = ["Status"] }
[skip]
not_done = "only what succeeded moved the balance"
*/
SELECT
    line,
    CASE WHEN NOT kucoin_is_done(status) THEN 'not_done' END AS skip,
    CASE
        WHEN kucoin_is_done(status) IS NULL THEN 'unknown status ' || status
        WHEN tax <> 0 THEN 'a tax was withheld, and the export does not say in which currency'
    END AS quarantine,
    'movement' AS grain,
    time AS occurred_at,
    'conversion' AS kind,
    'convert' AS source_type,
    upper(sold_asset) AS out_asset,
    sold AS out_amount,
    upper(bought_asset) AS in_asset,
    bought AS in_amount,
    0::DECIMAL(38, 18) AS fee_amount,
    account AS note
FROM rows

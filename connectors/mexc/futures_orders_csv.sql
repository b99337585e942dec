/*
exchange = "mexc"
title    = "Futures Order History"
one_row  = "one order of a contract; what it closed with and its fee move the futures wallet"
streams  = ["futures_orders"]
zone     = "UTC"
zone_stated = false
step     = "1s"
blank    = ["--"]
ignored  = ["UID", "Leverage", "Order Type", "Order Qty (Cont.)", "Filled Qty (Cont.)", "Order Qty (Crypto)", "Filled Qty (Crypto)",
            "Order Qty (Amount)", "Filled Qty (Amount)", "Order Price", "Average Filled Price"]
[columns]
time      = { type = "time", match = '^Time(\(UTC[-+]\d{2}:\d{2}\))?$' }
pair      = { type = "text", names = ["Futures Trading Pair"] }
direction = { type = "text", names = ["Direction"] }
profit    = { type = "number", names = ["Closing PNL"] }
fee       = { type = "number", names = ["Trading Fee"] }
fee_code  = { type = "text", names = ["Fee-payment Crypto"] }
status    = { type = "text", names = ["Status"] }
[skip]
nothing_moved = "opened or canceled without profit, loss or fee"

The position itself is no balance. Profit and loss are in the contract's quote. Newer files name their offset in the header.
*/
SELECT
    line,
    CASE WHEN profit = 0 AND fee = 0 THEN 'nothing_moved' END AS skip,
    CASE WHEN split_part(pair, '_', 2) = '' THEN 'pair ' || pair || ' is not BASE_QUOTE' END AS quarantine,
    'movement' AS grain,
    time AS occurred_at,
    'margin' AS kind,
    direction AS source_type,
    'futures' AS wallet,
    CASE WHEN profit < 0 THEN split_part(pair, '_', 2) END AS out_asset,
    CASE WHEN profit < 0 THEN -profit END AS out_amount,
    CASE WHEN profit > 0 THEN split_part(pair, '_', 2) END AS in_asset,
    CASE WHEN profit > 0 THEN profit END AS in_amount,
    CASE WHEN fee <> 0 THEN fee_code END AS fee_asset,
    fee AS fee_amount,
    concat_ws(' ', pair, status) AS note
FROM rows

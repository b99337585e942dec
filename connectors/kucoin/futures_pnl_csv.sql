/*
exchange = "kucoin"
title    = "Futures Orders: Realized PNL"
one_row  = "one closed position with what it brought or cost"
streams  = ["futures"]
zone     = "Asia/Singapore"
step     = "1s"
ignored  = ["UID", "Account Type", "Total Realized PNL", "Total Funding Fees", "Total Trading Fees"]
[columns]
symbol  = { type = "text", names = ["Symbol"] }
closing = { type = "text", names = ["Close Type"] }
pnl     = { type = "number", names = ["Realized PNL"] }
opened  = { type = "time?", match = '^,?Position Opening Time' }
time    = { type = "time", match = '^,?Position Closing Time' }
[skip]
nothing_moved = "it closed even"

The result is in the contract's coin, and trading and funding fees are inside it. The totals beside it are of the position's
whole life and repeat earlier lines.
*/
SELECT
    line,
    CASE WHEN pnl = 0 THEN 'nothing_moved' END AS skip,
    CASE WHEN kucoin_settle(symbol) IS NULL THEN 'unknown contract ' || symbol END AS quarantine,
    'movement' AS grain,
    time AS occurred_at,
    'margin' AS kind,
    closing AS source_type,
    'futures' AS wallet,
    CASE WHEN pnl < 0 THEN replace(kucoin_settle(symbol), 'XBT', 'BTC') END AS out_asset,
    CASE WHEN pnl < 0 THEN -pnl END AS out_amount,
    CASE WHEN pnl > 0 THEN replace(kucoin_settle(symbol), 'XBT', 'BTC') END AS in_asset,
    CASE WHEN pnl > 0 THEN pnl END AS in_amount,
    symbol AS note
FROM rows

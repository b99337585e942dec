/*
exchange = "bitmex"
title    = "Trade History"
one_row  = "one execution of a contract"
streams  = ["executions"]
books    = false
zone     = "UTC"
step     = "1s"
ignored  = ["account", "commission", "ordType", "orderQty", "leavesQty"]
[columns]
time     = { type = "time", names = ["transactTime"], formats = ["%m/%d/%Y, %I:%M:%S %p"] }
symbol   = "text"
execType = "text"
side     = "text?"
lastQty  = "number?"
lastPx   = "number?"
execCost = "number?"
execComm = "number?"
text     = "text?"
orderID  = { type = "text", names = ["orderID"] }
price    = "number?"

Describes only: what a contract earned or lost, its fees and its funding reach the wallet as RealisedPNL of the Wallet History,
which books them. execCost and execComm are satoshis of the position, no movement of the wallet.
*/
SELECT
    line,
    'describe' AS grain,
    orderID AS order_id,
    time AS occurred_at,
    CASE WHEN lower(execType) = 'funding' THEN 'funding' WHEN lower(execType) IN ('trade', 'settlement') THEN 'margin'
         WHEN lower(execType) IN ('liquidation', 'bankruptcy') THEN 'liquidation' ELSE 'other' END AS kind,
    execType AS source_type,
    'futures' AS wallet,
    CASE WHEN lower(side) IN ('buy', 'sell') THEN lower(side) END AS side,
    coalesce(lastPx, price) AS price,
    concat_ws(' ', symbol, lastQty::DECIMAL(38, 0), 'contracts, fee', execComm::DECIMAL(38, 0), 'satoshis', text) AS note
FROM rows

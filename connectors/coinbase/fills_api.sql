/*
exchange = "coinbase"
title    = "GET /api/v3/brokerage/orders/historical/fills"
source   = "api"
one_row  = "one fill of an Advanced Trade order"
streams  = []
books    = false
zone     = "UTC"
step     = "1us"
rows     = "fills[]"
[columns]
entry_id   = "text"
trade_time = "time"
[skip]
evidence = "the account's transactions book the fill; it is kept because it shows where its commission is"
*/
SELECT line, 'evidence' AS skip, 'describe' AS grain, trade_time AS occurred_at FROM rows

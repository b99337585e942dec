/*
exchange = "independentreserve"
title    = "Transaction history (breakdown)"
one_row  = "one change of one balance; brokerage and GST are lines of their own"
streams  = ["trades", "deposits", "withdrawals"]
step     = "1s"
balance  = "balance"
balance_per = ["currency"]
ignored  = ["Settled"]
skip_lines = { separator = '^"?sep=' }
[columns]
time     = { type = "time", names = ["Date"], formats = ["%d %b %Y %H:%M:%S %z"] }
tx_guid  = { type = "text", names = ["TransactionGuid"] }
trade    = { type = "text", names = ["TradeGuid"] }
order_id = { type = "text", names = ["OrderGuid"] }
type     = { type = "text", names = ["Type"] }
status   = { type = "text", names = ["Status"] }
currency = { type = "text", names = ["Currency"] }
credit   = { type = "number?", names = ["Credit"] }
debit    = { type = "number?", names = ["Debit"] }
balance  = { type = "number?", names = ["Balance"] }
comment  = { type = "text?", names = ["Comment"] }
hash     = { type = "text?", names = ["BlockchainTransaction"] }
[skip]
separator     = "a word to spreadsheets: which character parts the cells"
moved_nothing = "failed or canceled: no balance changed"
nothing_moved = "neither credit nor debit"

What came is the credit, what went the debit. The lines of a fill share TradeGuid: its two sides, the brokerage and the GST on it. The clock
tells its own offset. The guids are not known to be those of the API, so that rows meet as balance changes.
*/
WITH told AS (
    SELECT *, coalesce(credit, 0) - coalesce(debit, 0) AS change, independentreserve_asset(currency) AS asset,
        independentreserve_kind(type) AS kind, fate_of(status) AS fate
    FROM rows
)
SELECT
    line,
    CASE WHEN fate = 'nothing' THEN 'moved_nothing' WHEN change = 0 THEN 'nothing_moved' END AS skip,
    CASE WHEN fate IS NULL THEN 'unknown status ' || status END AS quarantine,
    'statement' AS grain,
    'trade:' || nullif(trade, '') AS event_id,
    nullif(order_id, '') AS order_id,
    nullif(hash, '') AS tx_hash,
    time AS occurred_at,
    CASE WHEN kind IN ('deposit', 'withdrawal') THEN 86400 END AS match_window,
    kind,
    type AS source_type,
    CASE WHEN fate = 'open' THEN 'open' ELSE 'final' END AS status,
    CASE WHEN kind <> 'fee' AND change < 0 THEN asset END AS out_asset,
    CASE WHEN kind <> 'fee' AND change < 0 THEN -change END AS out_amount,
    CASE WHEN kind <> 'fee' AND change > 0 THEN asset END AS in_asset,
    CASE WHEN kind <> 'fee' AND change > 0 THEN change END AS in_amount,
    CASE WHEN kind = 'fee' THEN asset END AS fee_asset,
    CASE WHEN kind = 'fee' THEN -change END AS fee_amount,
    nullif(comment, '') AS note
FROM told

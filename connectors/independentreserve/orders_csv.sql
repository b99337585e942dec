/*
exchange = "independentreserve"
title    = "Transaction history (rollup)"
one_row  = "one side of an order, or a fee of it; or one deposit or withdrawal"
streams  = ["trades", "deposits", "withdrawals"]
step     = "1s"
ignored  = ["Settlement Date"]
skip_lines = { separator = '^"?sep=' }
[columns]
time     = { type = "time", names = ["Date"], formats = ["%d %b %Y %H:%M:%S %z"] }
type     = { type = "text", names = ["Type"] }
currency = { type = "text", names = ["Currency"] }
order_id = { type = "text", names = ["Order Guid"] }
credit   = { type = "number?", names = ["Credit"] }
debit    = { type = "number?", names = ["Debit"] }
comment  = { type = "text?", names = ["Comment"] }
hash     = { type = "text?", names = ["BlockchainTransaction"] }
[skip]
separator     = "a word to spreadsheets: which character parts the cells"
nothing_moved = "neither credit nor debit"
same_order    = "an order is told by its first line, with what its other lines say"

The fills of an order in sum; the breakdown tells each of them and is to be preferred. What came is the credit, what went the debit.
*/
WITH told AS (
    SELECT *, coalesce(credit, 0) - coalesce(debit, 0) AS change, independentreserve_asset(currency) AS asset,
        independentreserve_kind(type) AS kind, coalesce(nullif(order_id, ''), line::VARCHAR) AS one
    FROM rows
),
ordered AS (
    SELECT *, bool_or(kind = 'trade') OVER of_one AND order_id <> '' AS is_order, min(line) OVER of_one AS first_line,
        count(*) FILTER (kind = 'trade' AND change < 0) OVER of_one AS gone, count(*) FILTER (kind = 'trade' AND change > 0) OVER of_one AS come,
        count(*) FILTER (kind NOT IN ('trade', 'fee')) OVER of_one AS strange,
        max(asset) FILTER (kind = 'trade' AND change < 0) OVER of_one AS out_of, -sum(change) FILTER (kind = 'trade' AND change < 0) OVER of_one AS went,
        max(asset) FILTER (kind = 'trade' AND change > 0) OVER of_one AS came_asset, sum(change) FILTER (kind = 'trade' AND change > 0) OVER of_one AS came,
        min(asset) FILTER (kind = 'fee') OVER of_one AS charged_in, max(asset) FILTER (kind = 'fee') OVER of_one AS also_in,
        -sum(change) FILTER (kind = 'fee') OVER of_one AS charged
    FROM told WINDOW of_one AS (PARTITION BY one)
)
SELECT
    line,
    CASE WHEN is_order AND line > first_line THEN 'same_order' WHEN NOT is_order AND change = 0 THEN 'nothing_moved' END AS skip,
    CASE WHEN is_order AND (gone <> 1 OR come <> 1 OR strange > 0 OR charged_in <> also_in) THEN 'the lines of this order do not make one trade' END AS quarantine,
    CASE WHEN is_order THEN 'order' ELSE 'movement' END AS grain,
    CASE WHEN is_order THEN 'order:' || order_id END AS event_id,
    nullif(order_id, '') AS order_id,
    nullif(hash, '') AS tx_hash,
    time AS occurred_at,
    CASE WHEN kind IN ('deposit', 'withdrawal') THEN 86400 END AS match_window,
    CASE WHEN is_order THEN 'trade' ELSE kind END AS kind,
    CASE WHEN is_order THEN 'Trade' ELSE type END AS source_type,
    CASE WHEN is_order THEN out_of WHEN kind <> 'fee' AND change < 0 THEN asset END AS out_asset,
    CASE WHEN is_order THEN went WHEN kind <> 'fee' AND change < 0 THEN -change END AS out_amount,
    CASE WHEN is_order THEN came_asset WHEN kind <> 'fee' AND change > 0 THEN asset END AS in_asset,
    CASE WHEN is_order THEN came WHEN kind <> 'fee' AND change > 0 THEN change END AS in_amount,
    CASE WHEN is_order THEN charged_in WHEN kind = 'fee' THEN asset END AS fee_asset,
    CASE WHEN is_order THEN coalesce(charged, 0) WHEN kind = 'fee' THEN -change END AS fee_amount,
    nullif(comment, '') AS note
FROM ordered

/*
exchange = "okx"
title    = "Bills (OKEx, first generation)"
one_row  = "one change of one balance; a fill is two lines, one for each coin"
streams  = ["trades"]
zone     = "Asia/Shanghai"
step     = "1s"
balance  = "balance"
balance_per = ["currency"]
[columns]
time     = { type = "time", formats = ["%Y-%m-%d %H:%M:%S CST", "%a %b %d %H:%M:%S CST %Y"] }
type     = "text"
size     = "number"
balance  = "number"
fee      = "number"
currency = "text"
[skip]
nothing_moved = "size and fee are 0"

Times end in CST, which is China's. Sizes are signed and gross; the fee, negative where it costs, stands apart and is charged in
the coin that came in.
*/
WITH told AS (
    SELECT *, CASE WHEN lower(type) = 'sell' AND size > 0 THEN -size ELSE size END AS leg, CASE
        WHEN lower(type) IN ('buy', 'sell') THEN 'trade'
        WHEN regexp_matches(lower(type), 'transfer|^from |^to ') THEN 'transfer'
        WHEN regexp_matches(lower(type), 'rebate') THEN 'rebate'
        WHEN regexp_matches(lower(type), 'deposit') THEN 'deposit'
        WHEN regexp_matches(lower(type), 'withdraw') THEN 'withdrawal'
        ELSE 'other' END AS kind
    FROM rows
)
SELECT
    line,
    CASE WHEN size = 0 AND fee = 0 THEN 'nothing_moved' END AS skip,
    'statement' AS grain,
    time AS occurred_at,
    CASE WHEN kind IN ('deposit', 'withdrawal') THEN 86400 END AS match_window,
    kind,
    type AS source_type,
    CASE WHEN leg < 0 THEN upper(currency) END AS out_asset,
    CASE WHEN leg < 0 THEN -leg END AS out_amount,
    CASE WHEN leg > 0 THEN upper(currency) END AS in_asset,
    CASE WHEN leg > 0 THEN leg END AS in_amount,
    CASE WHEN fee <> 0 THEN upper(currency) END AS fee_asset,
    CASE WHEN fee <> 0 THEN -fee END AS fee_amount
FROM told

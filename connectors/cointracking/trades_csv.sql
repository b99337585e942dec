/*
exchange = "cointracking"
title    = "CoinTracking: trade table"
one_row  = "one entry: what came in, what went out"
streams  = ["history"]
step     = "1s"
zone_stated = false                  # the zone that its owner had set
ignored  = ["Value in BTC", "Spread"]
blank    = ["-"]
[columns]
type        = { type = "text", names = ["Type"] }
bought      = { type = "money?", names = ["Buy", "Buy Amount"] }
buy_asset   = { type = "text", names = ["Cur.", "Buy Cur.", "Buy Currency"] }
sold        = { type = "money?", names = ["Sell", "Sell Amount"] }
sell_cur    = { type = "text?", names = ["Cur."], nth = 2 }
sell_named  = { type = "text?", names = ["Sell Cur.", "Sell Currency"] }
fee         = { type = "money?", names = ["Fee", "Fee Amount", "Fee Amount (optional)"] }
fee_cur     = { type = "text?", names = ["Cur."], nth = 3 }
fee_named   = { type = "text?", names = ["Fee Cur.", "Fee Currency", "Fee Cur. (optional)"] }
exchange    = { type = "text", names = ["Exchange", "Exchange (optional)"] }
group       = { type = "text?", names = ["Group", "Trade-Group", "Trade Group", "Trade Group (optional)"] }
comment     = { type = "text?", names = ["Comment", "Comment (optional)"] }
time        = { type = "time", names = ["Date"], formats = ["%d.%m.%Y %H:%M", "%Y-%m-%d %H:%M"] }
hash        = { type = "text?", names = ["Tx-ID", "TxID", "Tx ID"] }
[skip]
nothing_moved = "neither side has an amount"

Amounts hold their fee already where it is in the same currency: it is taken apart here so that the balance change stays what
CoinTracking says. A fee in a third currency is a remark there; what it cost is an entry of its own ('Other Fee').
*/
WITH told AS (
    SELECT *, coalesce(sell_named, sell_cur) AS sell_asset, coalesce(fee_named, fee_cur) AS cost_asset, abs(coalesce(fee, 0)) AS cost,
        lower(type) AS word, coalesce(bought, 0) <> 0 AS comes, coalesce(sold, 0) <> 0 AS goes
    FROM rows
),
kinds AS (
    SELECT *,
        CASE WHEN cost > 0 AND goes AND upper(cost_asset) = upper(sell_asset) THEN 'out' WHEN cost > 0 AND comes AND upper(cost_asset) = upper(buy_asset) THEN 'in' END
            AS fee_inside,
        CASE
            WHEN word = 'trade' THEN 'trade'
            WHEN word = 'deposit' THEN 'deposit'
            WHEN word = 'withdrawal' THEN 'withdrawal'
            WHEN word IN ('swap (non taxable)', 'swap') THEN 'conversion'
            WHEN regexp_matches(word, '(margin|derivatives|futures).*(profit|loss|fee)|margin|settlement fee') THEN 'margin'
            WHEN regexp_matches(word, 'other fee|borrowing fee|^fee') THEN 'fee'
            WHEN regexp_matches(word, 'lost|stolen|burned') THEN 'adjustment'
            WHEN regexp_matches(word, 'rebate|cashback') THEN 'rebate'
            WHEN comes AND regexp_matches(word, 'income|gift|tip|reward|bonus|mining|airdrop|staking|masternode|minting|interest|dividend|fork') THEN 'reward'
            WHEN goes AND regexp_matches(word, 'spend|donation|gift|expense') THEN 'withdrawal'
            ELSE 'other' END AS kind
    FROM told
)
SELECT
    line,
    CASE WHEN NOT comes AND NOT goes THEN 'nothing_moved' END AS skip,
    'movement' AS grain,
    hash AS tx_hash,
    time AS occurred_at,
    CASE WHEN kind IN ('deposit', 'withdrawal') THEN 86400 END AS match_window,
    kind,
    type AS source_type,
    CASE WHEN goes AND kind <> 'fee' THEN upper(sell_asset) END AS out_asset,
    CASE WHEN goes AND kind <> 'fee' THEN abs(sold) - if(coalesce(fee_inside = 'out', false), cost, 0) END AS out_amount,
    CASE WHEN comes THEN upper(buy_asset) END AS in_asset,
    CASE WHEN comes THEN abs(bought) + if(coalesce(fee_inside = 'in', false), cost, 0) END AS in_amount,
    CASE WHEN kind = 'fee' AND goes THEN upper(sell_asset) WHEN fee_inside IS NOT NULL THEN upper(cost_asset) END AS fee_asset,
    CASE WHEN kind = 'fee' AND goes THEN abs(sold) WHEN fee_inside IS NOT NULL THEN cost END AS fee_amount,
    nullif(concat_ws(' | ', nullif(exchange, ''), "group", comment), '') AS note
FROM kinds

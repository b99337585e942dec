/*
exchange = "kucoin"
title    = "Account History"
one_row  = "one change of one balance; no ids, and equal lines are changes of their own"
streams  = ["trades", "deposits", "withdrawals", "rewards", "conversions", "fiat_orders", "fiat_payments"]
zone     = "Asia/Singapore"
step     = "1s"
ignored  = ["UID", "Account Type"]
[columns]
currency = { type = "text", names = ["Currency"] }
side     = { type = "text", names = ["Side"] }
amount   = { type = "number", names = ["Amount"] }
fee      = { type = "number?", names = ["Fee"] }
time     = { type = "time", match = '^Time' }
remark   = { type = "text", names = ["Remark"] }
type     = { type = "text?", names = ["Type"] }
[skip]
nothing_moved = "the amount is 0"

The side says the direction, the remark (in newer files the type) the business. The fee is inside the amount. Moves between the
funding and the trading account show the side that this export is about.
*/
WITH told AS (
    SELECT *, lower(coalesce(nullif(type, ''), nullif(remark, ''), '')) AS word, lower(side) IN ('withdrawal', 'out', 'withdraw') AS leaves,
        coalesce(fee, 0) AS cost
    FROM rows
),
kinds AS (
    SELECT *, CASE
        WHEN regexp_matches(word, 'dust') OR regexp_matches(word, '^convert|^instant exchange') THEN 'conversion'
        WHEN regexp_matches(word, '^(kcs pay|liquidation|refunded) fees?') THEN 'fee'
        WHEN regexp_matches(word, 'distribution|bonus|reward|airdrop|interest|earnings|profit|staking income|lucky|giveaway|promotion') THEN 'reward'
        WHEN regexp_matches(word, 'rebate|commission|kickback|referral') THEN 'rebate'
        WHEN regexp_matches(word, 'transfer|subscription|redemption|staking|earn|lend|pool-x|savings|^voting$|^vote for coin') THEN 'transfer'
        WHEN word IN ('spot', 'exchange', 'trade', 'trade_exchange', 'trading', 'spot trading', 'margin trade', 'cross margin', 'isolated margin',
                      'buy crypto', 'sell crypto', 'public offering purchase') THEN 'trade'
        -- what is borrowed and given back is no income and no loss
        WHEN regexp_matches(word, 'loan|borrow|repay') AND NOT regexp_matches(word, 'interest|fee') THEN 'transfer'
        WHEN regexp_matches(word, 'margin|loan|borrow|repay|liability') THEN 'margin'
        WHEN regexp_matches(word, '^(crypto |fiat )?deposit') THEN 'deposit'
        WHEN regexp_matches(word, '^(crypto |fiat )?withdraw') THEN 'withdrawal'
        WHEN regexp_matches(word, 'fee') THEN 'fee'
        ELSE 'other' END AS kind
    FROM told
)
SELECT
    line,
    CASE WHEN amount = 0 THEN 'nothing_moved' END AS skip,
    CASE WHEN lower(side) NOT IN ('deposit', 'withdrawal', 'in', 'out', 'withdraw') THEN 'unknown side ' || side END AS quarantine,
    'statement' AS grain,
    CASE WHEN kind = 'transfer' THEN moved_event(time, upper(currency), amount) END AS event_id,
    time AS occurred_at,
    CASE WHEN kind IN ('deposit', 'withdrawal') THEN 86400 END AS match_window,
    kind,
    coalesce(nullif(type, ''), remark) AS source_type,
    CASE WHEN leaves AND kind <> 'fee' THEN upper(currency) END AS out_asset,
    CASE WHEN leaves AND kind <> 'fee' THEN abs(amount) - cost END AS out_amount,
    CASE WHEN NOT leaves AND kind <> 'fee' THEN upper(currency) END AS in_asset,
    CASE WHEN NOT leaves AND kind <> 'fee' THEN abs(amount) + cost END AS in_amount,
    CASE WHEN kind = 'fee' OR cost <> 0 THEN upper(currency) END AS fee_asset,
    CASE WHEN kind = 'fee' THEN if(leaves, abs(amount), -abs(amount)) WHEN cost <> 0 THEN cost END AS fee_amount,
    remark AS note
FROM kinds

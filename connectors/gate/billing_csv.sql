/*
exchange = "gate"
title    = "Billing details"
one_row  = "one change of one balance; the lines of a fill and of its fee share action_data"
streams  = ["trades", "deposits", "withdrawals", "rewards"]
step     = "1s"
zone_stated = false                  # read as UTC by some, as Singapore's by others
ignored  = ["no", "total"]
balance  = "amount"
balance_per = ["type"]
[columns]
time          = "time"
action_desc   = "text"
action_data   = "id"
type          = "text"
change_amount = "number"
amount        = "number?"
[skip]
nothing_moved = "the change is 0: an order was placed or withdrawn"

Changes are signed; fees are lines of their own. The export has no time zone, and readers disagree: it is a question to the
owner, and a constant shift against the API shows the answer.
*/
WITH told AS (
    SELECT *, lower(action_desc) AS said, CASE
        WHEN regexp_matches(lower(action_desc), 'trading fee|trade fee|^fee') THEN 'fee'
        WHEN regexp_matches(lower(action_desc), '^order ') THEN 'trade'
        WHEN regexp_matches(lower(action_desc), 'dust|convert|swap') THEN 'conversion'
        WHEN regexp_matches(lower(action_desc), 'rebate|commission|referral') THEN 'rebate'
        WHEN regexp_matches(lower(action_desc), 'airdrop|interest|reward|bonus|hodl|earn.*(income|profit)|startup|mining income|points') THEN 'reward'
        WHEN regexp_matches(lower(action_desc), '^deposit') THEN 'deposit'
        WHEN regexp_matches(lower(action_desc), '^withdraw') THEN 'withdrawal'
        WHEN regexp_matches(lower(action_desc), 'transfer|lend|subscri|redeem|redemption|staking|lock') THEN 'transfer'
        WHEN regexp_matches(lower(action_desc), 'margin|borrow|repay|loan|futures|perpetual') THEN 'margin'
        ELSE 'other' END AS kind
    FROM rows
)
SELECT
    line,
    CASE WHEN change_amount = 0 THEN 'nothing_moved' END AS skip,
    'statement' AS grain,
    time AS occurred_at,
    CASE WHEN kind IN ('deposit', 'withdrawal') THEN 86400 END AS match_window,
    kind,
    action_desc AS source_type,
    CASE WHEN kind <> 'fee' AND change_amount < 0 THEN upper(type) END AS out_asset,
    CASE WHEN kind <> 'fee' AND change_amount < 0 THEN -change_amount END AS out_amount,
    CASE WHEN kind <> 'fee' AND change_amount > 0 THEN upper(type) END AS in_asset,
    CASE WHEN kind <> 'fee' AND change_amount > 0 THEN change_amount END AS in_amount,
    CASE WHEN kind = 'fee' THEN upper(type) END AS fee_asset,
    CASE WHEN kind = 'fee' THEN -change_amount END AS fee_amount,
    nullif(action_data, '') AS note
FROM told

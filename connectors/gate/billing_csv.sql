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
        WHEN regexp_matches(lower(action_desc), 'trading fee|trade fee|^fee|fees? deducted|c2c fees|conversion fee|service fee|penalty') THEN 'fee'
        WHEN regexp_matches(lower(action_desc), 'liquidat') THEN 'liquidation'
        WHEN regexp_matches(lower(action_desc), '^order |^p2p user |^c2c order matched|gate connect-(buy|sell)|^buy crypto ') THEN 'trade'
        -- tokens of a sale and points are bought; what was paid for them goes out at another moment
        WHEN regexp_matches(lower(action_desc), '^startup sale|^points purchase|^buy points') THEN 'trade'
        WHEN regexp_matches(lower(action_desc), 'dust|convert|swap|^quick (buy|sell)|small balance') THEN 'conversion'
        WHEN regexp_matches(lower(action_desc), 'rebate|commission|referral') THEN 'rebate'
        WHEN regexp_matches(lower(action_desc), 'fund correction|rebasing|rolled back|expir|recycled') THEN 'adjustment'
        WHEN regexp_matches(lower(action_desc), '^token withdrawal|withdrawals?$|^withdraw|^cancel .*withdrawal') THEN 'withdrawal'
        WHEN regexp_matches(lower(action_desc), '\b(un)?lock(ed)?\b|subscri|redeem|redemption|points transfer') THEN 'transfer'
        WHEN regexp_matches(lower(action_desc), 'airdrop|interest|reward|bonus|hodl|earn.*(income|profit)|mining income|quant fund - earnings') THEN
            -- what is paid for a loan, or taken back
            CASE WHEN change_amount > 0 THEN 'reward' WHEN contains(lower(action_desc), 'interest') THEN 'margin' ELSE 'adjustment' END
        WHEN regexp_matches(lower(action_desc), '^deposit|deposits$') THEN 'deposit'
        WHEN regexp_matches(lower(action_desc), 'transfer|lend|staking|^stake$|liquidity (added|removed)') THEN 'transfer'
        -- what is borrowed, given back or pledged is no income and no loss
        WHEN regexp_matches(lower(action_desc), 'borrow|repa(y|id)|loan|pledge|collateral') THEN 'transfer'
        WHEN regexp_matches(lower(action_desc), 'margin|futures|perpetual') THEN 'margin'
        ELSE 'other' END AS kind
    FROM rows
)
SELECT
    line,
    CASE WHEN change_amount = 0 THEN 'nothing_moved' END AS skip,
    'statement' AS grain,
    CASE WHEN kind = 'transfer' THEN moved_event(time, upper(type), change_amount) END AS event_id,
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

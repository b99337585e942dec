/*
exchange = "celsius"
title    = "Transactions"
one_row  = "one change of one balance"
streams  = ["transactions"]
zone     = "UTC"
step     = "1m"
ignored  = ["USD Value", "Original Reward Coin", "Reward Amount In Original Coin", "Original Interest Coin",
            "Interest Amount In Original Coin", "Accredited investor status", "Lock date and time", "Unlock date and time"]
[columns]
id        = { type = "text", names = ["Internal id"] }
time      = { type = "time", names = ["Date and time"], formats = ["%B %d, %Y %I:%M %p"] }
type      = { type = "text", names = ["Transaction type"] }
currency  = { type = "text", names = ["Coin type"] }
amount    = { type = "number", names = ["Coin amount"] }
confirmed = { type = "text", names = ["Confirmed"] }
[skip]
not_confirmed = "not confirmed: no balance changed yet"

Times are whole minutes. Amounts are signed, though some files leave out the minus of what left. A swap is two lines of one
minute; types are spelled as words or with underscores, by the year. Of a line without a type nobody tells why the balance changed.
*/
WITH worded AS (
    SELECT *, lower(replace(type, ' ', '_')) AS word,
        amount < 0 OR lower(replace(type, ' ', '_')) IN ('withdrawal', 'outbound_transfer', 'swap_out') AS goes
    FROM rows
)
SELECT
    line,
    CASE WHEN lower(confirmed) <> 'yes' THEN 'not_confirmed' END AS skip,
    'movement' AS grain,
    'transaction' AS namespace,
    id AS row_id,
    CASE WHEN word IN ('swap_in', 'swap_out') THEN 'swap:' || epoch_ms(time) // 60000 END AS event_id,
    time AS occurred_at,
    CASE WHEN kind IN ('deposit', 'withdrawal') THEN 86400 END AS match_window,
    kind,
    type AS source_type,
    CASE WHEN goes THEN upper(currency) END AS out_asset,
    CASE WHEN goes THEN abs(amount) END AS out_amount,
    CASE WHEN NOT goes THEN upper(currency) END AS in_asset,
    CASE WHEN NOT goes THEN amount END AS in_amount,
    0 AS fee_amount
FROM (
    SELECT *, CASE
        WHEN word IN ('deposit', 'inbound_transfer', 'transfer', 'withdrawal', 'outbound_transfer') THEN if(goes, 'withdrawal', 'deposit')
        WHEN word IN ('interest', 'reward', 'promo_code_reward', 'referred_award', 'referrer_award', 'bonus_token') THEN 'reward'
        WHEN word IN ('swap_in', 'swap_out') THEN 'conversion'
        -- what is pledged or given back is no loss; what is sold of it for the lender is
        WHEN word IN ('collateral', 'loan_principal_payment') THEN 'transfer'
        WHEN word = 'loan_interest_payment' THEN 'margin'
        WHEN word IN ('loan_interest_liquidation', 'loan_principal_liquidation') THEN 'liquidation'
        WHEN word = '' THEN 'adjustment'
        ELSE 'other'
    END AS kind
    FROM worded
)

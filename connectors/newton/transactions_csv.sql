/*
exchange = "newton"
title    = "Transactions (yearly)"
one_row  = "one trade, deposit or withdrawal"
streams  = ["history"]
zone     = "America/New_York"
zone_stated = false
step     = "1s"
[columns]
time         = { type = "time", names = ["Date"], formats = ["%m/%d/%Y %H:%M:%S"] }
type         = { type = "text", names = ["Type"] }
got          = { type = "number?", names = ["Received Quantity"] }
got_asset    = { type = "text", names = ["Received Currency"] }
gave         = { type = "number?", names = ["Sent Quantity"] }
gave_asset   = { type = "text", names = ["Sent Currency"] }
fee          = { type = "text", names = ["Fee Amount"] }
fee_asset_of = { type = "text", names = ["Fee Currency"] }
tag          = { type = "text", names = ["Tag"] }

Newton charges a spread, which is in the price. A fee that is told is refused, as nobody says whether it is inside the amounts; in its column the
words "Referral Program" may stand, of a gift. The clock is that of Toronto.
*/
WITH told AS (
    SELECT *, upper(trim(type)) AS word, coalesce(got, 0) AS came, coalesce(gave, 0) AS went, number_of(trim(fee)) AS charged,
        contains(lower(concat_ws(' ', fee, fee_asset_of, tag)), 'referral') AS gift
    FROM rows
)
SELECT
    line,
    CASE WHEN charged <> 0 THEN 'a fee of ' || fee || ': whether it is inside the amounts is not known'
         WHEN charged IS NULL AND coalesce(trim(fee), '') <> '' AND NOT gift THEN 'unknown fee ' || fee
         WHEN word = 'TRADE' AND (came <= 0 OR went <= 0) THEN 'a trade of one side'
         WHEN word <> 'TRADE' AND (came > 0) = (went > 0) THEN 'nobody can say which way it went'
         WHEN came < 0 OR went < 0 THEN 'an amount is negative' END AS quarantine,
    'movement' AS grain,
    time AS occurred_at,
    CASE WHEN word <> 'TRADE' AND NOT gift THEN 86400 END AS match_window,
    CASE WHEN word = 'TRADE' THEN 'trade' WHEN came > 0 AND gift THEN 'reward' WHEN word IN ('DEPOSIT', 'DEPOSITED') AND came > 0 THEN 'deposit'
         WHEN word IN ('WITHDRAWN', 'WITHDRAWAL', 'WITHDRAW') AND went > 0 THEN 'withdrawal' ELSE 'other' END AS kind,
    type AS source_type,
    CASE WHEN went > 0 THEN upper(trim(gave_asset)) END AS out_asset,
    CASE WHEN went > 0 THEN went END AS out_amount,
    CASE WHEN came > 0 THEN upper(trim(got_asset)) END AS in_asset,
    CASE WHEN came > 0 THEN came END AS in_amount,
    nullif(tag, '') AS note
FROM told

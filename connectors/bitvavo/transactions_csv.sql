/*
exchange = "bitvavo"
title    = "Transaction history"
one_row  = "one fill, movement or reward"
streams  = ["trades", "deposits", "withdrawals", "rewards"]
step     = "1ms"
[columns]
zone     = { type = "text", names = ["Timezone"] }
time     = { type = "time", names = ["Date"], with = "clock", zone_from = "zone" }
clock    = { type = "text", names = ["Time"] }
type     = { type = "text", names = ["Type"] }
currency = { type = "text", names = ["Currency"] }
amount   = { type = "number", names = ["Amount"] }
quote    = { type = "text?", names = ["Quote Currency"] }
price    = { type = "number?", names = ["Quote Price"] }
paid_in  = { type = "text?", names = ["Received / Paid Currency"] }
paid     = { type = "number?", names = ["Received / Paid Amount"] }
fee_code = { type = "text?", names = ["Fee currency"] }
fee      = { type = "number?", names = ["Fee amount"] }
status   = { type = "text", names = ["Status"] }
id       = { type = "text", names = ["Transaction ID"] }
address  = { type = "text?", names = ["Address"] }
[skip]
moved_nothing = "canceled or failed: no balance changed"
internal      = "moves between the owner's own wallets at Bitvavo"

Each line names its zone, an IANA name. Amounts are signed. Received / Paid Amount includes the fee: what was paid for a purchase
is the price and the fee together, what was received of a sale the price less the fee. A withdrawal's amount includes its fee.
The ids are no ids of the API for certain, so trades meet the API's by time and amounts; the id stands in the note.
*/
WITH judged AS (
    SELECT *, lower(replace(type, ' ', '_')) AS word, fate_of(status) AS fate, coalesce(fee, 0) AS charged, abs(amount) AS size
    FROM rows
)
SELECT
    line,
    CASE WHEN fate = 'nothing' THEN 'moved_nothing' WHEN word IN ('internal_transfer', 'transfer') THEN 'internal' END AS skip,
    CASE WHEN fate IS NULL THEN 'unknown status ' || status WHEN word IN ('buy', 'sell') AND paid IS NULL THEN 'its other side is not told' END AS quarantine,
    'movement' AS grain,
    time AS occurred_at,
    CASE WHEN word IN ('deposit', 'withdrawal') THEN 86400 END AS match_window,
    CASE
        WHEN word IN ('buy', 'sell') THEN 'trade'
        WHEN word IN ('deposit', 'withdrawal', 'rebate') THEN word
        WHEN word IN ('staking', 'fixed_staking', 'flex_staking', 'lending', 'affiliate', 'referral', 'airdrop', 'distribution') THEN 'reward'
        WHEN starts_with(word, 'campaign') THEN 'reward'
        ELSE 'other'
    END AS kind,
    type AS source_type,
    CASE WHEN fate = 'open' THEN 'open' ELSE 'final' END AS status,
    CASE WHEN word IN ('buy', 'sell') THEN currency || '/' || paid_in END AS market,
    CASE WHEN word IN ('buy', 'sell') THEN word END AS side,
    price,
    CASE WHEN word = 'buy' THEN paid_in WHEN word = 'sell' OR word = 'withdrawal' OR amount < 0 THEN currency END AS out_asset,
    CASE WHEN word = 'buy' THEN abs(paid) - if(fee_code = paid_in, charged, 0)
         WHEN word = 'withdrawal' THEN size - if(fee_code = currency, charged, 0)
         WHEN word = 'sell' OR amount < 0 THEN size END AS out_amount,
    CASE WHEN word = 'sell' THEN paid_in WHEN word <> 'withdrawal' AND amount > 0 THEN currency END AS in_asset,
    CASE WHEN word = 'sell' THEN abs(paid) + if(fee_code = paid_in, charged, 0) WHEN word <> 'withdrawal' AND amount > 0 THEN size END AS in_amount,
    CASE WHEN charged <> 0 THEN coalesce(fee_code, currency) END AS fee_asset,
    charged AS fee_amount,
    concat_ws(' ', id, address) AS note
FROM judged

/*
exchange = "bitmex"
title    = "Wallet History"
one_row  = "one change of the wallet: a movement, or a day's realised profit of one contract"
streams  = ["wallet"]
zone     = "UTC"
step     = "1s"
ignored  = ["walletBalance"]
blank    = ["null"]
[columns]
time           = { type = "time", names = ["transactTime"], formats = ["%m/%d/%Y, %I:%M:%S %p"] }
transactType   = "text"
amount         = "number"
fee            = "number?"
currency       = "text?"
address        = "text?"
transactStatus = "text"
tx             = "text?"
[skip]
moved_nothing = "canceled or failed: no balance changed"
nothing_moved = "the amount is zero"

Amounts are satoshis unless a column names the currency. A withdrawal's amount includes its fee, whatever its sign; the fee
column tells how much of it that was. RealisedPNL is net of trading fees and includes funding.
*/
WITH signed AS (
    SELECT *, lower(transactType) AS word, CASE WHEN lower(transactType) = 'withdrawal' THEN -abs(amount) ELSE amount END AS units,
        coalesce(fee, 0) AS fee_units
    FROM rows
),
priced AS (
    SELECT *, bitmex_amount(units, currency) AS change, bitmex_amount(fee_units, currency) AS charged FROM signed
)
SELECT
    line,
    CASE WHEN fate_of(transactStatus) = 'nothing' THEN 'moved_nothing' WHEN amount = 0 THEN 'nothing_moved' END AS skip,
    CASE WHEN fate_of(transactStatus) IS NULL THEN 'unknown status ' || transactStatus
         WHEN change IS NULL THEN 'the unit of ' || currency || ' is not known' END AS quarantine,
    'movement' AS grain,
    nullif(tx, '') AS tx_hash,
    time AS occurred_at,
    CASE WHEN word IN ('deposit', 'withdrawal') THEN 86400 END AS match_window,
    CASE
        WHEN word IN ('deposit', 'withdrawal', 'transfer', 'conversion', 'funding') THEN word
        WHEN word IN ('realisedpnl', 'unrealisedpnl') THEN 'margin'
        WHEN word IN ('affiliatepayout', 'referralpayout') THEN 'rebate'
        WHEN word IN ('staking', 'stakingreward', 'airdrop', 'bonus') THEN 'reward'
        WHEN word = 'spottrade' THEN 'trade'
        ELSE 'other'
    END AS kind,
    transactType AS source_type,
    CASE WHEN fate_of(transactStatus) = 'open' THEN 'open' ELSE 'final' END AS status,
    CASE WHEN change < 0 THEN bitmex_asset(currency) END AS out_asset,
    CASE WHEN change < 0 THEN -change - charged END AS out_amount,
    CASE WHEN change > 0 THEN bitmex_asset(currency) END AS in_asset,
    CASE WHEN change > 0 THEN change END AS in_amount,
    CASE WHEN change < 0 AND charged <> 0 THEN bitmex_asset(currency) END AS fee_asset,
    CASE WHEN change < 0 THEN charged END AS fee_amount,
    address AS note
FROM priced

/*
exchange = "coinbaseexchange"
title    = "Account statement (Coinbase Exchange, formerly Pro and GDAX)"
one_row  = "one change of one balance; a fill is two 'match' lines and a 'fee' line"
streams  = ["trades", "deposits", "withdrawals"]
step     = "1ms"
balance  = "balance"
balance_per = ["portfolio", "unit"]
[columns]
portfolio   = "text?"
type        = "text"
time        = { type = "time", names = ["time", "timestamp"] }
amount      = "number"
balance     = "number"
unit        = { type = "text", names = ["amount/balance unit"] }
transfer_id = { type = "id?", names = ["transfer id"] }
trade_id    = { type = "id?", names = ["trade id"] }
order_id    = { type = "id?", names = ["order id"] }
[skip]
nothing_moved = "the amount is 0"

Amounts are signed, fees are lines of their own. Lines of one fill share time and trade id, which is unique within a market
only, and the market is not told: they are read as balance changes, which meet the fills of the API and of the fills report.
*/
WITH told AS (
    SELECT *, CASE lower(type)
        WHEN 'match' THEN 'trade' WHEN 'fee' THEN 'fee' WHEN 'conversion' THEN 'conversion' WHEN 'rebate' THEN 'rebate'
        WHEN 'deposit' THEN 'deposit' WHEN 'withdrawal' THEN 'withdrawal' WHEN 'transfer' THEN 'transfer' ELSE 'other' END AS kind
    FROM rows
)
SELECT
    line,
    CASE WHEN amount = 0 THEN 'nothing_moved' END AS skip,
    'statement' AS grain,
    order_id,
    time AS occurred_at,
    CASE WHEN kind IN ('deposit', 'withdrawal') THEN 86400 END AS match_window,
    kind,
    type AS source_type,
    CASE WHEN kind <> 'fee' AND amount < 0 THEN upper(unit) END AS out_asset,
    CASE WHEN kind <> 'fee' AND amount < 0 THEN -amount END AS out_amount,
    CASE WHEN kind <> 'fee' AND amount > 0 THEN upper(unit) END AS in_asset,
    CASE WHEN kind <> 'fee' AND amount > 0 THEN amount END AS in_amount,
    CASE WHEN kind = 'fee' THEN upper(unit) END AS fee_asset,
    CASE WHEN kind = 'fee' THEN -amount END AS fee_amount,
    transfer_id AS note
FROM told

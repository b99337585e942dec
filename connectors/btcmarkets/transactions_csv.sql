/*
exchange = "btcmarkets"
title    = "Transactions"
one_row  = "one change of one balance; fees are lines of their own"
streams  = ["trades", "deposits", "withdrawals"]
zone     = "UTC"
zone_stated = false
step     = "1s"
balance  = "balance"
balance_per = ["currency"]
ignored  = ["transactionId"]
[columns]
time      = { type = "time", names = ["creationTime"], formats = ["%Y-%m-%d, %I:%M %p"] }
record    = { type = "text", names = ["recordType"] }
action    = "text"
currency  = "text"
amount    = "number"
text      = { type = "text", names = ["description"] }
balance   = "number"
reference = { type = "text?", names = ["referenceId"] }
[skip]
nothing_moved = "the change is zero"

Amounts are signed. The lines of a trade meet by their moment: nothing says that the reference is the same in all of them.
*/
WITH sorted AS (
    SELECT *, CASE lower(action) WHEN 'deposit' THEN 'deposit' WHEN 'withdraw' THEN 'withdrawal' WHEN 'withdrawal' THEN 'withdrawal'
        WHEN 'buy order' THEN 'trade' WHEN 'sell order' THEN 'trade' WHEN 'trading fee' THEN 'fee' ELSE 'other' END AS kind
    FROM rows
)
SELECT
    line,
    CASE WHEN amount = 0 THEN 'nothing_moved' END AS skip,
    CASE WHEN kind = 'withdrawal' AND amount > 0 OR kind = 'fee' AND amount > 0 THEN action || ' of a positive amount' END AS quarantine,
    'statement' AS grain,
    time AS occurred_at,
    CASE WHEN kind IN ('deposit', 'withdrawal') THEN 86400 END AS match_window,
    kind,
    action AS source_type,
    CASE WHEN kind <> 'fee' AND amount < 0 THEN upper(currency) END AS out_asset,
    CASE WHEN kind <> 'fee' AND amount < 0 THEN -amount END AS out_amount,
    CASE WHEN kind <> 'fee' AND amount > 0 THEN upper(currency) END AS in_asset,
    CASE WHEN kind <> 'fee' AND amount > 0 THEN amount END AS in_amount,
    CASE WHEN kind = 'fee' THEN upper(currency) END AS fee_asset,
    CASE WHEN kind = 'fee' THEN -amount END AS fee_amount,
    concat_ws(' ', text, reference) AS note
FROM sorted

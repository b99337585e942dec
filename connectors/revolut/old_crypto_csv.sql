/*
exchange = "revolut"
title    = "Crypto account statement (until 2024)"
one_row  = "one purchase, sale, payment, reward or movement of one coin; the file has no ids"
streams  = ["crypto"]
zone     = "UTC"
step     = "1s"
ignored  = ["Product", "Fiat amount (inc. fees)", "Balance"]
[columns]
type        = { type = "text", names = ["Type"] }
started     = { type = "time", names = ["Started Date"] }
completed   = { type = "time?", names = ["Completed Date"] }
description = { type = "text", names = ["Description"] }
amount      = { type = "number", names = ["Amount"] }
currency    = { type = "text", names = ["Currency"] }
value       = { type = "number?", names = ["Fiat amount"] }
fee         = { type = "number?", names = ["Fee"] }
base        = { type = "text", names = ["Base currency"] }
state       = { type = "text", names = ["State"] }
[skip]
moved_nothing = "reverted, declined or failed: no balance changed"
zero          = "the amount is 0"
internal      = "moves between the owner's own balances: to savings and back, to another company of Revolut"

Amounts are signed. The fiat amount excludes the fee, which is in the base currency too; for a sale for other money, and for either line of
a coin exchanged for another, it is what the coins were worth. That money is booked as come in or gone out (a second part of the line), as in
the export since 2025, which tells the same lines in local time: these are in UTC. A payment by card is a sale whose money goes to the
shop, its refund a purchase with what the shop gave back. The balance is not followed: a purchase moves coins and money in one line.
*/
WITH told AS (
    SELECT *, lower(type) AS word, upper(currency) AS coin, upper(trim(base)) AS money, abs(amount) AS size, abs(value) AS worth,
        coalesce(fee, 0) AS charged, amount > 0 AS comes, CASE WHEN upper(state) = 'REVERTED' THEN 'nothing' ELSE fate_of(state) END AS fate
    FROM rows
),
sided AS (
    SELECT *, CASE WHEN word IN ('exchange', 'card_payment', 'card_refund') THEN if(comes, 'buy', 'sell') END AS side,
        regexp_matches(word, 'reward|cashback|interest') AS given,
        word = 'transfer' AND regexp_matches(lower(description), '^transferred to (savings|current)$|^balance migration') AS moved
    FROM told
),
parts AS (SELECT *, unnest(if(side IS NULL, [0], [0, 1])) AS n FROM sided)
SELECT
    line,
    n::SMALLINT AS part,
    CASE
        WHEN fate = 'nothing' THEN 'moved_nothing'
        WHEN fate IS NULL THEN NULL
        WHEN amount = 0 THEN 'zero'
        WHEN moved THEN 'internal'
    END AS skip,
    CASE WHEN fate IS NULL THEN 'unknown state ' || state WHEN side IS NOT NULL AND (worth IS NULL OR money = '') THEN 'it tells no value'
         WHEN side IS NOT NULL AND sign(value) = -sign(amount) THEN 'its amounts have different signs' END AS quarantine,
    'movement' AS grain,
    coalesce(completed, started) AS occurred_at,
    CASE
        WHEN n = 1 THEN if(comes, 'deposit', 'withdrawal')
        WHEN side IS NOT NULL THEN 'trade'
        WHEN given THEN if(comes, 'reward', 'adjustment')
        ELSE 'other'
    END AS kind,
    type AS source_type,
    CASE WHEN fate = 'open' THEN 'open' ELSE 'final' END AS status,
    CASE WHEN n = 0 AND side IS NOT NULL THEN coin || '/' || money END AS market,
    CASE WHEN n = 0 THEN side END AS side,
    CASE WHEN n = 1 THEN if(comes, NULL, money) WHEN NOT comes THEN coin WHEN side = 'buy' THEN money END AS out_asset,
    CASE WHEN n = 1 THEN if(comes, NULL, worth - charged) WHEN NOT comes THEN size WHEN side = 'buy' THEN worth END AS out_amount,
    CASE WHEN n = 1 THEN if(comes, money, NULL) WHEN comes THEN coin WHEN side = 'sell' THEN money END AS in_asset,
    CASE WHEN n = 1 THEN if(comes, worth + charged, NULL) WHEN comes THEN size WHEN side = 'sell' THEN worth END AS in_amount,
    CASE WHEN n = 0 AND side IS NOT NULL AND charged <> 0 THEN money END AS fee_asset,
    CASE WHEN n = 0 AND side IS NOT NULL THEN charged END AS fee_amount,
    nullif(description, '') AS note
FROM parts

/*
exchange = "cex"
title    = "Transactions (CEX.IO)"
one_row  = "one change of one balance; a fill's other side is told in its comment"
streams  = ["ledger"]
zone     = "UTC"
step     = "1s"
[columns]
time     = { type = "time", names = ["DateUTC"] }
amount   = { type = "number", names = ["Amount"] }
code     = { type = "text", names = ["Symbol"] }
balance  = { type = "text", names = ["Balance"] }
type     = { type = "text", names = ["Type"] }
pair     = { type = "text?", names = ["Pair"] }
fee_code = { type = "text?", names = ["FeeSymbol"] }
fee      = { type = "number?", names = ["FeeAmount"] }
comment  = { type = "text?", names = ["Comment"] }
[skip]
reserved      = "an order's reserve; what it paid is told by its fills"
returned      = "gives back what an order had reserved and did not use"
pending       = "a later line books the same deposit"
not_completed = "a deposit that was not completed: no balance changed"

A fill says `Bought 1.11 ETH at 821.99 USD`: of a purchase the amount is what came, and price times quantity, cut to cents of money
or eight digits of coins, is what was paid, the fee on top; of a sale the amount is net of the fee. A withdrawal's amount includes its
fee. An instant exchange is two lines of one second.
*/
WITH told AS (
    SELECT *, lower(type) AS word, coalesce(fee, 0) AS charged,
        regexp_extract(comment, '^(Bought|Sold) ([0-9.]+) ([A-Z0-9]+) at ([0-9.]+) ([A-Z0-9]+)$', ['verb', 'size', 'base', 'price', 'quote']) AS fill
    FROM rows
),
priced AS (
    SELECT *, number_of(fill.size) AS size, number_of(fill.price) AS price, word IN ('buy', 'sell') AND fill.verb <> '' AS fills FROM told
),
valued AS (SELECT *, exact_product(size, price) AS worth FROM priced)
SELECT
    line,
    CASE WHEN word IN ('buy', 'sell') AND NOT fills AND regexp_matches(comment, '^(Buy|Sell) Order') THEN 'reserved'
         WHEN word = 'cancel' THEN 'returned'
         WHEN word = 'deposit' AND lower(balance) = 'pending' THEN 'pending'
         WHEN word = 'deposit' AND NOT (ends_with(coalesce(comment, ''), 'Completed') OR starts_with(coalesce(comment, ''), 'Confirmed')) THEN 'not_completed' END AS skip,
    CASE WHEN word IN ('buy', 'sell') AND NOT fills AND NOT coalesce(regexp_matches(comment, '^(Buy|Sell) Order'), false) THEN 'its comment tells no fill: ' || coalesce(comment, '')
         WHEN fills AND worth IS NULL THEN 'amount times price is out of range' END AS quarantine,
    'movement' AS grain,
    CASE WHEN word IN ('wallet_buy', 'wallet_sell') THEN 'wallet:' || epoch_ms(time) // 1000 END AS event_id,
    time AS occurred_at,
    CASE WHEN word IN ('deposit', 'withdraw') THEN 86400 END AS match_window,
    CASE
        WHEN fills THEN 'trade'
        WHEN word IN ('wallet_buy', 'wallet_sell') THEN if(is_fiat(code), 'trade', 'conversion')
        WHEN word = 'deposit' THEN 'deposit'
        WHEN word = 'withdraw' THEN 'withdrawal'
        WHEN word IN ('referral', 'checksum', 'costsnothing', 'staking') THEN 'reward'
        ELSE 'other'
    END AS kind,
    type AS source_type,
    CASE WHEN fills THEN fill.base || '/' || fill.quote END AS market,
    CASE WHEN fills THEN word END AS side,
    CASE WHEN fills THEN price END AS price,
    CASE WHEN fills THEN if(word = 'buy', fill.quote, fill.base) WHEN amount < 0 THEN code END AS out_asset,
    CASE WHEN fills AND word = 'buy' THEN if(is_fiat(fill.quote), cut_to(worth, 2), cut_to(worth, 8)) WHEN fills THEN size
         WHEN word = 'withdraw' THEN abs(amount) - charged WHEN amount < 0 THEN -amount END AS out_amount,
    CASE WHEN fills OR amount > 0 THEN code END AS in_asset,
    CASE WHEN fills AND word = 'sell' THEN amount + charged WHEN fills OR amount > 0 THEN amount END AS in_amount,
    CASE WHEN charged <> 0 THEN coalesce(fee_code, code) END AS fee_asset,
    charged AS fee_amount,
    comment AS note
FROM valued

/*
exchange = "binance"
title    = "Order History (orders, the fills of each below it)"
one_row  = "an order, or below it and one cell to the right the header of its fills, or a fill"
streams  = ["trades"]
zone     = "UTC"
step     = "1s"
ragged   = true
untold_fees = ["trade"]
[columns]
first   = { type = "text", names = ["Date(UTC)"] }
pair    = { type = "text", names = ["Pair"] }
type    = { type = "text", names = ["Type"] }
price   = { type = "text", names = ["Order Price"] }
amount  = { type = "text", names = ["Order Amount"] }
average = { type = "text", names = ["AvgTrading Price"] }
filled  = { type = "text", names = ["Filled"] }
total   = { type = "text", names = ["Total"] }
status  = { type = "text", names = ["status"] }
[skip]
fills_follow = "the order's fills have lines of their own below it"
fills_header = "the names of the columns of the fills below it"
not_filled   = "nothing of the order was filled"

An order's line is followed by a line of names (Date(UTC), Trading Price, Filled, Total, Fee) and by its fills, all one cell to
the right: a fill's time stands under Pair, its price under Type, what was filled under Order Price, the total under Order Amount,
the fee with its coin under AvgTrading Price. Older files lack the fills; then the order itself counts, and its fee is not told.
*/
WITH numbered AS (
    SELECT *, first <> '' AS is_order, first = '' AND lower(pair) LIKE 'date%' AS is_header,
        last_value(CASE WHEN first <> '' THEN line END IGNORE NULLS) OVER (ORDER BY line ROWS UNBOUNDED PRECEDING) AS order_line
    FROM rows
),
orders AS (
    SELECT line AS order_line, pair AS symbol, lower(type) AS way,
        CASE WHEN markets.base IS NOT NULL THEN [markets.base, markets.quote]
             ELSE split_pair(pair, binance_quotes()) END AS coins
    FROM numbered LEFT JOIN markets ON markets.symbol = numbered.pair
    WHERE is_order
),
-- each macro repeats its argument, so that texts, then heads, then tails become columns first
texts AS (
    SELECT n.*, o.symbol, o.coins, o.way, o.way = 'buy' AS buys,
        EXISTS (FROM numbered f WHERE f.order_line = n.line AND NOT f.is_order AND NOT f.is_header) AS has_fills,
        if(is_order, first, pair) AS clock, without_utc(if(is_order, first, pair)) AS clock_utc,
        ungrouped(regexp_extract(if(is_order, filled, price), '^[0-9.,]+')) AS size_text,
        ungrouped(regexp_extract(if(is_order, total, amount), '^[0-9.,]+')) AS worth_text,
        ungrouped(regexp_extract(if(is_order, average, type), '^[0-9.,]+')) AS price_text,
        CASE WHEN NOT is_order THEN average END AS fee_text
    FROM numbered n LEFT JOIN orders o USING (order_line)
),
heads AS (SELECT *, glued_head(fee_text) AS fee_head FROM texts),
tails AS (SELECT *, fee_text[length(fee_head) + 1:] AS fee_tail FROM heads),
coined AS (SELECT *, glued_asset(fee_head, fee_tail, symbol) AS fee_coin FROM tails),
digits AS (SELECT *, ungrouped(glued_digits(fee_text, fee_head, fee_tail, fee_coin, symbol)) AS fee_digits FROM coined),
charged AS (
    SELECT *, believable(moment_of(clock, clock_utc)) AS told_at, number_of(size_text) AS size, number_of(worth_text) AS worth,
        number_of(price_text) AS paid_price, number_of(fee_digits) AS fee
    FROM digits
)
SELECT
    line,
    CASE
        WHEN is_header THEN 'fills_header'
        WHEN is_order AND has_fills THEN 'fills_follow'
        WHEN is_order AND coalesce(size, 0) = 0 THEN 'not_filled'
    END AS skip,
    CASE
        WHEN is_header OR (is_order AND (has_fills OR coalesce(size, 0) = 0)) THEN NULL
        WHEN order_line IS NULL THEN 'a fill without an order above it'
        WHEN way NOT IN ('buy', 'sell') THEN 'unknown type ' || way
        WHEN coins IS NULL THEN 'unknown market ' || symbol
        WHEN told_at IS NULL THEN 'not a time: ' || clock
        WHEN size IS NULL OR worth IS NULL THEN 'filled or total is no number'
        WHEN NOT is_order AND fee IS NULL THEN 'not a fee with its coin: ' || average
    END AS quarantine,
    if(is_order, 'order', 'movement') AS grain,
    told_at AS occurred_at,
    'trade' AS kind,
    if(is_order, 'order', 'trade') AS source_type,
    coins[1] || '/' || coins[2] AS market,
    CASE WHEN way IN ('buy', 'sell') THEN way END AS side,
    paid_price AS price,
    if(buys, coins[2], coins[1]) AS out_asset,
    if(buys, worth, size) AS out_amount,
    if(buys, coins[1], coins[2]) AS in_asset,
    if(buys, size, worth) AS in_amount,
    binance_asset(fee_coin) AS fee_asset,
    fee AS fee_amount
FROM charged

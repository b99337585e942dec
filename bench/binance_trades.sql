-- One line of Binance's Spot Trade History: a fill with its amounts glued to their assets, prices with thousands separators, no ids.
-- The same number of lines from the same first line gives the same file.
WITH fills AS (
    SELECT i, ['BTC', 'ETH', 'SOL', 'ADA', '1INCH'][1 + i % 5] AS coin, hash(i) % 2 = 0 AS buys,
        (100 + hash(i) % 9000000 / 100)::DECIMAL(18, 2) AS price, (0.001 + hash(i + 1) % 1000000 / 1000000)::DECIMAL(18, 5) AS size
    FROM range($first::BIGINT, ($first + $lines)::BIGINT) AS numbers(i)
)
SELECT
    strftime(TIMESTAMP '2020-01-01 00:00:00' + to_seconds(i * 100), '%Y-%m-%d %H:%M:%S') AS "Date(UTC)",
    coin || 'USDT' AS "Pair",
    CASE WHEN buys THEN 'BUY' ELSE 'SELL' END AS "Side",
    format('{:,.2f}', price::DOUBLE) AS "Price",
    size::VARCHAR || coin AS "Executed",
    (price::DECIMAL(10, 2) * size::DECIMAL(10, 5))::VARCHAR || 'USDT' AS "Amount",
    (0.00001 + hash(i + 2) % 10000 / 100000000)::DECIMAL(18, 8)::VARCHAR || 'BNB' AS "Fee"
FROM fills ORDER BY i

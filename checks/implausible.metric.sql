-- Failing means: transactions that can hardly be so. A time to come or before there was any coin, nothing moved at all, a fee above
-- what was traded, a price that the amounts do not make, or a code that is no asset's: a file in another zone or form, or a form
-- that gapless reads wrongly. The owner can look at the lines, and take the file back. A price far from that of other days is no
-- sign: coins have lost all of their worth in an afternoon.
-- Prices are held against amounts in some 50,000 trades of all: a form that is read wrongly is wrong in every line.
WITH looked_at AS MATERIALIZED (  -- one scan, and few of its rows: else codes of all would be compared, and all amounts made doubles
    SELECT connection, occurred_at > $now::TIMESTAMPTZ + INTERVAL 1 HOUR OR occurred_at < TIMESTAMPTZ '2009-01-03 00:00:00+00' AS out_of_time,
        legs = 0 AS empty, fee_amount > least(out_amount, in_amount) AND kind IN ('trade', 'conversion', 'reward') AND (
            fee_asset = out_asset AND fee_amount > out_amount OR fee_asset = in_asset AND fee_amount > in_amount) AS fee_above,
        kind = 'trade' AND price IS NOT NULL
            AND hash(tx_id) % (SELECT greatest(1, count(*) // 50000)::UBIGINT FROM lake.core.transactions) = 0 AS sampled,
        tx_id, price, in_amount, out_amount, side
    FROM lake.core.transactions WHERE out_of_time OR empty OR fee_above OR sampled
), odd AS (
    SELECT connection, count(*) FILTER (out_of_time) AS out_of_time, count(*) FILTER (empty) AS empty,
        count(*) FILTER (fee_above) AS fee_above
    FROM looked_at GROUP BY connection
), doubles AS (  -- an average of one amount is the cheapest way to a double: a cast divides
    SELECT connection, side, avg(price) AS price, avg(in_amount) AS came, avg(out_amount) AS went
    FROM looked_at WHERE sampled AND (price <= 0 OR in_amount > 0.01 AND out_amount > 0.01) GROUP BY tx_id, connection, side
), priced AS (
    SELECT connection, count(*) AS trades FROM doubles
    WHERE price <= 0 OR abs(CASE side WHEN 'buy' THEN went / came WHEN 'sell' THEN came / went END / price - 1) > 0.5
    GROUP BY connection
), coded AS (
    SELECT DISTINCT connection, asset FROM lake.core.legs
), unknown AS (
    SELECT connection, count(*) AS assets FROM coded c
    WHERE NOT regexp_full_match(asset, '[A-Z0-9$][A-Z0-9$+_-]{0,19}')
        OR asset[1] IN ('X', 'Z') AND EXISTS (FROM coded o WHERE o.connection = c.connection AND len(o.asset) = 3 AND o.asset = c.asset[2:])
    GROUP BY connection
)
SELECT c.connection, coalesce(o.out_of_time, 0) AS out_of_time, coalesce(o.empty, 0) AS empty, coalesce(o.fee_above, 0) AS fee_above,
    coalesce(p.trades, 0) AS price_apart, coalesce(u.assets, 0) AS unknown_assets
FROM lake.ops.connections c LEFT JOIN odd o USING (connection) LEFT JOIN priced p USING (connection) LEFT JOIN unknown u USING (connection) ORDER BY c.connection

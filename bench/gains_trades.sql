-- One of so many trades of fifty coins against euros over eight years; a little more is bought than sold.
SELECT
    'account-' || i % 5 AS connection, md5(i::VARCHAR)::UUID AS tx_id,
    TIMESTAMPTZ '2018-01-01 00:00:00+00' + to_microseconds((i * 252288000 // $trades) * 1000000 + i % 1000000) AS occurred_at,
    'trade' AS kind, coin || '/EUR' AS market, CASE WHEN buys THEN 'buy' ELSE 'sell' END AS side, price,
    CASE WHEN buys THEN 'EUR' ELSE coin END AS out_asset, CASE WHEN buys THEN cost ELSE quantity END AS out_amount,
    CASE WHEN buys THEN coin ELSE 'EUR' END AS in_asset, CASE WHEN buys THEN quantity ELSE cost END AS in_amount,
    'EUR' AS fee_asset, (cost * 0.0026)::DECIMAL(18, 4)::DECIMAL(38, 18) AS fee_amount, 3 AS legs,
    'O' || i // 3 AS order_id, 'T' || i AS native_id, 'trade' AS source_type, 'api' AS origin, 1 AS row_count,
    to_hex(hash(i)) AS digest, TIMESTAMPTZ '2026-01-01 00:00:00+00' AS first_seen, 'run' AS run_id
FROM (
    SELECT i, format('C{:02d}', i % 50) AS coin, hash(i) % 100 < 55 AS buys,
        ((1 + hash(i + 1) % 100000) / 10000)::DECIMAL(18, 8)::DECIMAL(38, 18) AS quantity,
        (10 + hash(i + 2) % 500)::DECIMAL(38, 18) AS price,
        ((1 + hash(i + 1) % 100000) * (10 + hash(i + 2) % 500) / 10000)::DECIMAL(18, 8)::DECIMAL(38, 18) AS cost
    FROM range($trades::BIGINT) AS numbers(i)
)

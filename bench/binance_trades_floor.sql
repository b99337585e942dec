-- One fill of Binance's Spot Trade History, typed: the least that any import has to do. Amounts are cut off their assets.
SELECT try_cast("Date(UTC)" AS TIMESTAMP) AT TIME ZONE 'UTC' AS occurred_at, "Pair" AS pair, lower("Side") AS side,
    try_cast(replace("Price", ',', '') AS DECIMAL(18, 10))::DECIMAL(38, 18) AS price,
    try_cast(regexp_extract("Executed", '^[0-9.]+') AS DECIMAL(18, 10))::DECIMAL(38, 18) AS size,
    try_cast(regexp_extract("Amount", '^[0-9.]+') AS DECIMAL(18, 10))::DECIMAL(38, 18) AS worth,
    try_cast(regexp_extract("Fee", '^[0-9.]+') AS DECIMAL(18, 10))::DECIMAL(38, 18) AS fee,
    regexp_extract("Fee", '[A-Z]+$') AS fee_asset
FROM read_csv($file, all_varchar = true, header = true)

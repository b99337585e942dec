-- One moment of Binance's Transaction History, folded from its lines: the least that any import has to do.
WITH lines AS (
    SELECT try_cast("UTC_Time" AS TIMESTAMP) AT TIME ZONE 'UTC' AS occurred_at, "Operation" AS operation, "Coin" AS asset,
        try_cast("Change" AS DECIMAL(18, 10))::DECIMAL(38, 18) AS change, "Operation" LIKE '%Fee' AS is_fee
    FROM read_csv($file, all_varchar = true, header = true)
)
SELECT occurred_at, any_value(operation) AS kind,
    max(asset) FILTER (WHERE change < 0 AND NOT is_fee) AS out_asset, -sum(change) FILTER (WHERE change < 0 AND NOT is_fee) AS out_amount,
    max(asset) FILTER (WHERE change > 0) AS in_asset, sum(change) FILTER (WHERE change > 0) AS in_amount,
    max(asset) FILTER (WHERE is_fee) AS fee_asset, coalesce(-sum(change) FILTER (WHERE is_fee), 0) AS fee_amount
FROM lines GROUP BY occurred_at

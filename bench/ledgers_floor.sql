-- One event of a Kraken ledger export, folded from its lines: the least that any import has to do. No line's fate is kept,
-- nothing is checked, nothing is merged.
WITH lines AS (
    SELECT refid, type, asset, try_cast("time" AS TIMESTAMP) AT TIME ZONE 'UTC' AS occurred_at,
        try_cast(amount AS DECIMAL(18, 10))::DECIMAL(38, 18) AS amount, try_cast(fee AS DECIMAL(18, 10))::DECIMAL(38, 18) AS fee
    FROM read_csv($file, all_varchar = true, header = true)
)
SELECT refid, min(occurred_at) AS occurred_at, any_value(type) AS kind,
    max(asset) FILTER (WHERE amount < 0) AS out_asset, -sum(amount) FILTER (WHERE amount < 0) AS out_amount,
    max(asset) FILTER (WHERE amount > 0) AS in_asset, sum(amount) FILTER (WHERE amount > 0) AS in_amount,
    max(asset) FILTER (WHERE fee > 0) AS fee_asset, coalesce(sum(fee), 0) AS fee_amount
FROM lines GROUP BY refid

-- One transaction that can hardly be so, or one code that is no asset's.
WITH odd AS (
    SELECT *, CASE
        WHEN occurred_at > $now::TIMESTAMPTZ + INTERVAL 1 HOUR THEN 'in the future'
        WHEN occurred_at < TIMESTAMPTZ '2009-01-03 00:00:00+00' THEN 'before there was any coin'
        WHEN legs = 0 THEN 'moves nothing'
        WHEN kind IN ('trade', 'conversion', 'reward') AND (
            fee_asset = out_asset AND fee_amount > out_amount OR fee_asset = in_asset AND fee_amount > in_amount) THEN 'fee above the amount'
        WHEN kind = 'trade' AND (price <= 0 OR abs(CASE side
            WHEN 'buy' THEN out_amount::DOUBLE / in_amount::DOUBLE WHEN 'sell' THEN in_amount::DOUBLE / out_amount::DOUBLE END
            / price::DOUBLE - 1) > 0.5 AND out_amount > 0.01 AND in_amount > 0.01) THEN 'price that the amounts do not make' END AS oddity
    FROM lake.core.transactions
), coded AS (
    SELECT connection, asset, min(occurred_at) AS from_at, count(*) AS legs FROM lake.core.legs GROUP BY ALL
)
SELECT connection, 'transactions' AS source, occurred_at AS from_at, oddity || ': ' || coalesce(native_id, tx_id::VARCHAR) AS what,
    json_object('occurred_at', occurred_at, 'out', out_amount::VARCHAR || ' ' || out_asset, 'in', in_amount::VARCHAR || ' ' || in_asset,
        'fee', fee_amount::VARCHAR || ' ' || fee_asset, 'price', price::VARCHAR) AS detail
FROM odd WHERE oddity IS NOT NULL
UNION ALL
SELECT connection, 'assets', from_at, 'no known asset: ' || asset, json_object('legs', legs) FROM coded c
WHERE NOT regexp_full_match(asset, '[A-Z0-9$][A-Z0-9$+_-]{0,19}')
    OR asset[1] IN ('X', 'Z') AND EXISTS (FROM coded o WHERE o.connection = c.connection AND len(o.asset) = 3 AND o.asset = c.asset[2:])

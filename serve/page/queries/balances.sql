-- one asset: the sum of its legs beside what the exchange itself said last. agree: NULL where it never said what is held
WITH rebuilt AS (SELECT asset, sum(amount) AS amount FROM lake.core.legs WHERE connection = $name GROUP BY asset),
reported AS (SELECT asset, sum(amount) AS amount, max(reported_at) AS reported_at FROM lake.main.reported_balances WHERE connection = $name GROUP BY asset)
SELECT asset, b.amount AS rebuilt, r.amount AS reported, r.reported_at,
    CASE WHEN EXISTS (FROM reported) THEN coalesce(b.amount, 0) = coalesce(r.amount, 0) END AS agree
FROM rebuilt b FULL JOIN reported r USING (asset)
WHERE coalesce(b.amount, 0) <> 0 OR coalesce(r.amount, 0) <> 0
ORDER BY agree, asset

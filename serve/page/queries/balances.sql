-- one asset: the sum of its legs beside what the exchange itself said last
WITH rebuilt AS (SELECT asset, sum(amount) AS amount FROM lake.core.legs WHERE connection = $name GROUP BY asset),
reported AS (SELECT asset, sum(amount) AS amount, max(reported_at) AS reported_at FROM lake.main.reported_balances WHERE connection = $name GROUP BY asset)
SELECT asset, b.amount AS rebuilt, r.amount AS reported, r.reported_at, coalesce(b.amount, 0) = coalesce(r.amount, 0) AS agree
FROM rebuilt b FULL JOIN reported r USING (asset)
WHERE coalesce(b.amount, 0) <> 0 OR coalesce(r.amount, 0) <> 0
ORDER BY agree, asset

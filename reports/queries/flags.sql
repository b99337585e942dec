-- What is not known about disposals of that year: how often, and of which assets.
SELECT flag, count(DISTINCT (asset, disposed_tx)) AS disposals, string_agg(DISTINCT asset, ', ' ORDER BY asset) AS assets
FROM (SELECT asset, disposed_tx, trim(unnest(string_split(flags, ','))) AS flag FROM lake.main.gains WHERE owner = $owner AND tax_year = $year AND flags IS NOT NULL)
GROUP BY flag ORDER BY flag

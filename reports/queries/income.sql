-- What was received, or paid, in that year with nothing given for it, by kind and asset.
SELECT category, asset, count(*) AS events, sum(quantity) AS quantity, sum(value) AS value,
    count(*) FILTER (WHERE value IS NULL) AS unknown, bool_and(complete) AS complete
FROM lake.main.income WHERE owner = $owner AND tax_year = $year
GROUP BY category, asset ORDER BY category, asset

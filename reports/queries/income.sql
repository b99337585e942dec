-- What was received, or paid, in that year (before a moment if one is given) with nothing given for it, by kind and asset. value: what was received less what was paid.
SELECT category, asset, count(*) AS events, sum(quantity) AS quantity, sum(value) AS value,
    sum(value) FILTER (WHERE value > 0) AS received, sum(value) FILTER (WHERE value < 0) AS paid,
    count(*) FILTER (WHERE value IS NULL) AS unknown, bool_and(complete) AS complete
FROM lake.main.income WHERE owner = $owner AND tax_year = $year AND occurred_at < coalesce($until, 'infinity'::TIMESTAMPTZ)
GROUP BY category, asset ORDER BY category, asset

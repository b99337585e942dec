-- One asset disposed of in that year. Sums are of what is known; `unknown` counts disposals whose cost or proceeds are not.
SELECT asset, count(DISTINCT disposed_tx) AS disposals, sum(quantity) AS quantity, sum(proceeds) AS proceeds, sum(cost) AS cost,
    sum(gain) AS gain, count(*) FILTER (WHERE gain IS NULL) AS unknown, bool_and(complete) AS complete
FROM lake.main.gains WHERE owner = $owner AND tax_year = $year
GROUP BY asset ORDER BY abs(coalesce(sum(gain), 0)) DESC, asset

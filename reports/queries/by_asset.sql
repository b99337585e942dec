-- One asset disposed of in that year, before a moment if one is given. Proceeds, cost and gain are of the disposals whose cost and proceeds are both known; `unknown`
-- counts the parts for which they are not, open_proceeds is what those brought, as far as that is known.
SELECT asset, count(DISTINCT disposed_tx) AS disposals, sum(quantity) AS quantity,
    sum(proceeds) FILTER (WHERE gain IS NOT NULL) AS proceeds, sum(cost) FILTER (WHERE gain IS NOT NULL) AS cost, sum(gain) AS gain,
    sum(proceeds) FILTER (WHERE gain IS NULL) AS open_proceeds, count(*) FILTER (WHERE gain IS NULL) AS unknown,
    bool_and(complete) AS complete
FROM lake.main.gains WHERE owner = $owner AND tax_year = $year AND disposed_at < coalesce($until, 'infinity'::TIMESTAMPTZ)
GROUP BY asset ORDER BY abs(coalesce(sum(gain), 0)) DESC, asset

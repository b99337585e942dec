-- One thing received or paid in that year.
SELECT occurred_at, connection, category, asset, quantity, value, currency, complete, tx_id
FROM lake.main.income WHERE owner = $owner AND tax_year = $year ORDER BY occurred_at, asset, tx_id

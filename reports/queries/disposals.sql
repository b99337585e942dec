-- One part of one disposal of that year and the lot it used up.
SELECT asset, connection, what, acquired_at, disposed_at, quantity, proceeds, cost, fee, gain, currency, flags, complete, acquired_tx, disposed_tx
FROM lake.main.gains WHERE owner = $owner AND tax_year = $year
ORDER BY disposed_at, asset, acquired_at, acquired_tx, quantity

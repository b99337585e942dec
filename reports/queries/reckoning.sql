-- How gains were reckoned, and whether anything came in since. One row; none before the first `gapless publish`.
SELECT method, scope, currency, zone, built_at, stale, version, snapshot, transactions, missing_prices, digest, complete_until, spoiled_by
FROM lake.main.published WHERE owner = $owner AND chosen

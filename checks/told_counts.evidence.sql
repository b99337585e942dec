-- One stretch of time of which Kraken counted more rows than are here.
SELECT connection, strftime(from_at, 'ledger from %Y-%m-%d') AS source, from_at,
    untold || ' rows of the ledger from ' || strftime(from_at, '%Y-%m-%d') || ' to ' || strftime(to_at, '%Y-%m-%d') AS what,
    json_object('counted', told, 'missing', untold, 'said_at', fetched_at, 'to_at', to_at) AS detail
FROM told_counts

-- Failing means: Kraken said that its ledger has more rows of a stretch of time than are here, though all of that time was read. The
-- rows that are missing may add up to nothing, so that balances do not tell. The owner can sync, or upload the ledger's export of
-- those dates. Kraken alone counts: see transforms/told_counts.sql.
SELECT c.connection, coalesce(sum(t.untold), 0)::BIGINT AS untold_rows
FROM lake.ops.connections c LEFT JOIN told_counts t USING (connection) GROUP BY c.connection ORDER BY c.connection

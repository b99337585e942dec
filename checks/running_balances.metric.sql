-- Failing means: the exchange tells what was held after each row, and those balances do not continue from row to row: a row between
-- two others is missing although the time was read, be it one whose loss another one makes up for. Kraken's ledger alone tells
-- them by its API; there each row but the first begins where another ended, whatever order rows of one moment have. Of a file it was
-- seen when it was read. The owner can sync, or upload the ledger's export of those days. `told_balances`, `broken_files`: see
-- transforms/.
WITH levels AS (
    SELECT connection, asset, level, sum(begins) AS begins FROM (
        SELECT connection, asset, before_it AS level, 1 AS begins FROM told_balances
        UNION ALL SELECT connection, asset, after_it, -1 FROM told_balances
    ) GROUP BY connection, asset, level
), counted AS (
    SELECT connection, greatest(sum(begins) FILTER (begins > 0) - 1, 0) AS breaks FROM levels GROUP BY connection, asset
)
SELECT c.connection, coalesce(sum(n.breaks), 0)::BIGINT AS broken_chains,
    (SELECT count(*) FROM broken_files f WHERE f.connection = c.connection) AS broken_files
FROM lake.ops.connections c LEFT JOIN counted n USING (connection) GROUP BY c.connection ORDER BY c.connection

-- Failing means: what the exchange reported last is not what the transactions add up to; something is missing, or counted twice,
-- or the exchange moved something it does not tell. The evidence names the first moment at which they part: the owner can
-- upload the export of the days around it, or settle a rounding or an unwanted token by a correction.
WITH newest AS (
    SELECT connection, max(reported_at) AS reported_at FROM lake.core.balances GROUP BY connection
), reported AS (
    SELECT connection, asset, sum(amount) AS amount FROM lake.core.balances SEMI JOIN newest USING (connection, reported_at) GROUP BY ALL
), rebuilt AS (
    SELECT l.connection, l.asset, sum(l.amount) AS amount
    FROM lake.core.legs l JOIN newest n ON n.connection = l.connection AND l.occurred_at <= n.reported_at GROUP BY ALL
), differing AS (
    SELECT connection, count(*) AS assets FROM reported r FULL JOIN rebuilt b USING (connection, asset)
    WHERE coalesce(r.amount, 0) <> coalesce(b.amount, 0) GROUP BY connection
)
SELECT c.connection, coalesce(d.assets, 0) AS differing_assets
FROM lake.ops.connections c LEFT JOIN differing d USING (connection) ORDER BY c.connection

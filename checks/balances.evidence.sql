-- One asset that differs, with the last report that still agreed and the first one since that did not, and what is not imported of
-- the exchange, which may be why.
WITH newest AS (
    SELECT connection, max(reported_at) AS reported_at FROM lake.core.balances GROUP BY connection
), reported AS (
    SELECT connection, reported_at, asset, sum(amount) AS amount FROM lake.core.balances GROUP BY ALL
), reports AS (
    SELECT DISTINCT connection, reported_at FROM lake.core.balances
), sums AS (
    SELECT l.connection, l.asset, sum(l.amount) AS amount
    FROM lake.core.legs l JOIN newest n ON n.connection = l.connection AND l.occurred_at <= n.reported_at GROUP BY ALL
), differing AS (
    SELECT connection, asset, coalesce(r.amount, 0) AS reported, coalesce(s.amount, 0) AS rebuilt
    FROM (SELECT * FROM reported SEMI JOIN newest USING (connection, reported_at)) r FULL JOIN sums s USING (connection, asset)
    WHERE coalesce(r.amount, 0) <> coalesce(s.amount, 0)
), running AS (
    SELECT connection, asset, occurred_at, sum(sum(amount)) OVER (PARTITION BY connection, asset ORDER BY occurred_at) AS amount
    FROM lake.core.legs SEMI JOIN differing USING (connection, asset) GROUP BY connection, asset, occurred_at
), compared AS (
    SELECT d.connection, d.asset, p.reported_at, coalesce(r.amount, 0) = coalesce(b.amount, 0) AS agrees
    FROM differing d JOIN reports p USING (connection)
    LEFT JOIN reported r ON r.connection = d.connection AND r.asset = d.asset AND r.reported_at = p.reported_at
    ASOF LEFT JOIN running b ON b.connection = d.connection AND b.asset = d.asset AND p.reported_at >= b.occurred_at
), untold AS (
    SELECT connection, string_agg(part, ', ' ORDER BY by_right DESC, part) AS parts FROM lake.core.not_imported GROUP BY connection
), parted AS (
    SELECT connection, asset, max(reported_at) FILTER (agrees) AS agreed_at FROM compared GROUP BY ALL
)
SELECT d.connection, d.connection AS source, coalesce(p.agreed_at, k.history_from) AS from_at, d.asset AS what,
    json_object('reported', d.reported::VARCHAR, 'rebuilt', d.rebuilt::VARCHAR, 'agreed_at', p.agreed_at, 'parted_at', (
        SELECT min(c.reported_at) FROM compared c WHERE c.connection = d.connection AND c.asset = d.asset
            AND (p.agreed_at IS NULL OR c.reported_at > p.agreed_at)), 'not_imported', u.parts) AS detail
FROM differing d JOIN parted p USING (connection, asset) JOIN lake.ops.connections k USING (connection)
LEFT JOIN untold u USING (connection)

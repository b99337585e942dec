-- One asset of which something was disposed of in that year, and more came in for something given or done on the same day of the
-- owner's, or on one of the thirty after it: how many disposals. Some countries match these two, whatever lots there are.
WITH sold AS (
    SELECT asset, (disposed_at AT TIME ZONE $zone)::DATE AS day, count(DISTINCT disposed_tx) AS disposals
    FROM lake.main.gains WHERE owner = $owner AND tax_year = $year GROUP BY ALL
), bought AS (
    SELECT DISTINCT l.asset, (l.occurred_at AT TIME ZONE $zone)::DATE AS day
    FROM lake.core.legs l JOIN lake.core.transactions t USING (tx_id) JOIN lake.ops.connections c ON c.connection = t.connection
    WHERE c.owner = $owner AND l.role = 'in' AND t.kind NOT IN ('deposit', 'withdrawal', 'transfer')
        AND l.occurred_at >= $from_at AND l.occurred_at < $to_at + INTERVAL 32 DAY
)
SELECT asset, sum(disposals)::BIGINT AS disposals FROM sold s
WHERE EXISTS (FROM bought b WHERE b.asset = s.asset AND b.day >= s.day AND b.day <= s.day + 30)
GROUP BY asset ORDER BY asset

-- One stretch of a connection's time of which Kraken counted more rows than there are here, whoever told them, from the temp table
-- `counted_rows`. A row that came later makes no stretch lack one; a stretch that was not read to its end is a gap; and a later
-- answer that lacks nothing goes before.
WITH elsewhere AS (
    -- what only a file tells
    SELECT l.connection, l.page, count(DISTINCT r.row_id) AS held
    FROM lake.core.rows r JOIN (FROM counted_rows WHERE untold > 0) l
        ON l.connection = r.connection AND r.occurred_at >= l.from_at AND r.occurred_at < l.to_at
    WHERE r.namespace = 'ledger' AND r.origin = 'file' AND NOT EXISTS (
        FROM lake.core.rows a WHERE a.connection = r.connection AND a.layout = 'kraken/ledger_api' AND a.row_id = r.row_id)
    GROUP BY ALL
), lacking AS (
    SELECT c.* REPLACE (untold - coalesce(e.held, 0) AS untold) FROM counted_rows c LEFT JOIN elsewhere e USING (connection, page)
    WHERE untold > coalesce(e.held, 0)
)
SELECT l.connection, l.from_at, l.to_at, l.fetched_at, l.told, l.untold FROM lacking l
WHERE NOT EXISTS (
    FROM counted_rows later WHERE later.connection = l.connection AND later.fetched_at > l.fetched_at AND later.untold <= 0
        AND later.from_at <= l.from_at AND later.to_at >= l.to_at
) AND NOT EXISTS (
    -- a part that lacks them all says better where they are
    FROM lacking part WHERE part.connection = l.connection AND part.page <> l.page AND part.from_at >= l.from_at AND part.to_at <= l.to_at
        AND part.untold >= l.untold
) AND NOT EXISTS (
    -- the last five minutes of a walk are read, but count as covered with the next one only
    FROM lake.core.uncovered u WHERE u.connection = l.connection AND u.stream = 'ledger'
        AND u.from_at < l.to_at - INTERVAL 6 MINUTE AND u.to_at > l.from_at + INTERVAL 2 SECOND
)

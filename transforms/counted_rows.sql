-- One stretch of a connection's time of which Kraken said how many rows its ledger has, and how many of them the API's answers
-- did not tell. An answer counts the rows of the whole stretch that was asked for, not those on its page. Looked at are the answers
-- about the longest stretch and about the five asked for last. Rows that a layout leaves out are rows, too.
WITH asked AS (
    SELECT connection, page, fetched_at, to_timestamp((request->>'start')::BIGINT) AS from_at,
        to_timestamp((request->>'end')::BIGINT + 1) AS to_at  -- the second of the end is counted, too
    FROM lake.raw.pages WHERE layout = 'ledger_api' AND row_count > 0 AND (request->>'method') = 'privatePostLedgers'
), walks AS (
    FROM asked QUALIFY row_number() OVER (PARTITION BY connection, from_at ORDER BY to_at DESC, fetched_at DESC, page) = 1
), chosen AS (
    FROM walks QUALIFY row_number() OVER (PARTITION BY connection ORDER BY to_at - from_at DESC, page) = 1
        OR row_number() OVER (PARTITION BY connection ORDER BY fetched_at DESC, page) <= 5
), told AS (
    SELECT c.*, (p.body->>'$.result.count')::BIGINT AS told FROM chosen c JOIN lake.raw.pages p USING (connection, page)
), left_out AS (
    SELECT c.connection, c.page, count(*) AS lines
    FROM chosen c JOIN asked o ON o.connection = c.connection AND o.fetched_at >= c.fetched_at AND o.from_at < c.to_at AND o.to_at > c.from_at
    JOIN lake.ops.line_fates f ON f.connection = o.connection AND f.source = o.page GROUP BY ALL
), held AS (
    SELECT c.connection, c.page, count(*) AS held
    FROM lake.core.rows r JOIN chosen c ON c.connection = r.connection AND r.occurred_at >= c.from_at AND r.occurred_at < c.to_at
    WHERE r.layout = 'kraken/ledger_api' GROUP BY ALL
)
SELECT t.*, t.told - coalesce(h.held, 0) - coalesce(o.lines, 0) AS untold
FROM told t LEFT JOIN held h USING (connection, page) LEFT JOIN left_out o USING (connection, page)

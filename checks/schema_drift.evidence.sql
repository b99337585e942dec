-- One field that is new, or gone, in the answers of one layout.
WITH pages AS (
    SELECT connection, layout, page, body, fetched_at, fetched_at > $now::TIMESTAMPTZ - INTERVAL 7 DAY AS recent
    FROM lake.raw.pages
    WHERE body IS NOT NULL AND row_count > 0 AND json_valid(body) AND fetched_at > $now::TIMESTAMPTZ - INTERVAL 67 DAY
        AND page NOT IN (SELECT page FROM lake.core.balances WHERE reported_at > $now::TIMESTAMPTZ - INTERVAL 67 DAY)
    QUALIFY row_number() OVER (PARTITION BY connection, layout, recent ORDER BY fetched_at DESC, page) <= 20
), fields AS (
    SELECT DISTINCT p.connection, p.layout, p.recent, p.page, t.key FROM pages p, json_tree(p.body) t
    WHERE t.key IS NOT NULL AND regexp_full_match(t.key, '[A-Za-z]*[a-z_][A-Za-z_]*')
), sides AS (
    SELECT connection, layout, count(*) FILTER (NOT recent) AS before, count(*) FILTER (recent) AS since,
        min(fetched_at) FILTER (recent) AS since_at
    FROM pages GROUP BY ALL
), compared AS (
    SELECT f.connection, f.layout, f.key, count(*) FILTER (NOT f.recent) AS before, count(*) FILTER (f.recent) AS since
    FROM fields f GROUP BY ALL
)
SELECT c.connection, c.layout AS source, s.since_at AS from_at, c.layout || ': ' || CASE WHEN c.before = 0 THEN 'new ' ELSE 'gone ' END || c.key AS what,
    json_object('pages_before', c.before, 'pages_since', c.since) AS detail
FROM compared c JOIN sides s USING (connection, layout)
WHERE s.before >= 3 AND s.since >= 3 AND (c.before = 0 AND c.since = s.since OR c.since = 0 AND c.before = s.before)

-- Failing means: an exchange's answers of the last week have fields that those of the two months before had not, or lack fields
-- that all of those had: it is changing its API. Nothing is lost, answers are kept as they came; what a new field means is open.
-- Names that look like ids or assets are values, not fields. Balances are left out: their fields are the assets.
WITH pages AS (
    SELECT connection, layout, page, body, fetched_at > $now::TIMESTAMPTZ - INTERVAL 7 DAY AS recent
    FROM lake.raw.pages
    WHERE body IS NOT NULL AND row_count > 0 AND json_valid(body) AND fetched_at > $now::TIMESTAMPTZ - INTERVAL 67 DAY
        AND page NOT IN (SELECT page FROM lake.core.balances WHERE reported_at > $now::TIMESTAMPTZ - INTERVAL 67 DAY)
    QUALIFY row_number() OVER (PARTITION BY connection, layout, recent ORDER BY fetched_at DESC, page) <= 20
), fields AS (
    SELECT DISTINCT p.connection, p.layout, p.recent, p.page, t.key FROM pages p, json_tree(p.body) t
    WHERE t.key IS NOT NULL AND regexp_full_match(t.key, '[A-Za-z]*[a-z_][A-Za-z_]*')
), sides AS (
    SELECT connection, layout, count(*) FILTER (NOT recent) AS before, count(*) FILTER (recent) AS since FROM pages GROUP BY ALL
), compared AS (
    SELECT f.connection, f.layout, f.key, count(*) FILTER (NOT f.recent) AS before, count(*) FILTER (f.recent) AS since
    FROM fields f GROUP BY ALL
), drifted AS (
    SELECT c.connection, count(*) AS fields FROM compared c JOIN sides s USING (connection, layout)
    WHERE s.before >= 3 AND s.since >= 3 AND (c.before = 0 AND c.since = s.since OR c.since = 0 AND c.before = s.before)
    GROUP BY c.connection
)
SELECT c.connection, coalesce(d.fields, 0) AS drifted_fields
FROM lake.ops.connections c LEFT JOIN drifted d USING (connection) ORDER BY c.connection

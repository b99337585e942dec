-- One field that every row of a layout's answers of the last week has and none of the two months before had, or the reverse. Names that
-- look like ids or assets are values, not fields; balances, whose fields are the assets, are left out. Bound: $now.
WITH pages AS (
    SELECT connection, layout, page, body, fetched_at, fetched_at > $now::TIMESTAMPTZ - INTERVAL 7 DAY AS recent
    FROM lake.raw.pages
    WHERE body IS NOT NULL AND row_count > 0 AND json_valid(body) AND fetched_at > $now::TIMESTAMPTZ - INTERVAL 67 DAY
        AND page NOT IN (SELECT page FROM lake.core.balances WHERE reported_at > $now::TIMESTAMPTZ - INTERVAL 67 DAY)
    QUALIFY row_number() OVER (PARTITION BY connection, layout, recent ORDER BY fetched_at DESC, page) <= 20
), nodes AS (
    -- the place of an object is its path without the numbers and ids in it
    SELECT p.connection, p.layout, p.page, p.recent, t.path, t.key, regexp_replace(
        regexp_replace(t.path, '\[\d+\]', '[]', 'g'), '\."?[A-Za-z0-9_]*[0-9-][^.\[]*', '.{}', 'g') AS place
    FROM pages p, json_tree(p.body) t WHERE t.key IS NOT NULL AND regexp_full_match(t.key, '[A-Za-z]*[a-z_][A-Za-z_]*')
), places AS (
    SELECT connection, layout, place, recent, count(DISTINCT page) AS pages, count(DISTINCT (page, path)) AS objects FROM nodes GROUP BY ALL
), fields AS (
    SELECT connection, layout, place, key, recent, count(*) AS objects FROM nodes GROUP BY ALL
), compared AS (
    SELECT b.connection, b.layout, b.place, f.key, b.objects AS objects_before, s.objects AS objects_since,
        coalesce(sum(f.objects) FILTER (NOT f.recent), 0) AS before, coalesce(sum(f.objects) FILTER (f.recent), 0) AS since
    FROM places b JOIN places s ON s.connection = b.connection AND s.layout = b.layout AND s.place = b.place AND s.recent
    JOIN fields f ON f.connection = b.connection AND f.layout = b.layout AND f.place = b.place
    WHERE NOT b.recent AND least(b.pages, s.pages) >= 3 AND least(b.objects, s.objects) >= 20 GROUP BY ALL
), since_when AS (
    SELECT connection, layout, min(fetched_at) AS since_at FROM pages WHERE recent GROUP BY connection, layout
)
SELECT c.connection, c.layout, w.since_at, c.place, c.key, c.before, c.since FROM compared c JOIN since_when w USING (connection, layout)
WHERE c.before = 0 AND c.since = c.objects_since OR c.since = 0 AND c.before = c.objects_before

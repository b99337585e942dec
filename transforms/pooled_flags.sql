-- One part that an averaged pool served, or what is left of the pool, with the flags of what may be in it: of everything that came in
-- at its kind of cost, known or not, since the pool was last empty. of_rest: a row of `unmatched`, else one of `matched`.
WITH flagged AS (
    SELECT asset, CASE WHEN $per_account THEN account ELSE 0 END AS pool, value IS NULL AS unknown, flags, occurred_at
    FROM movements WHERE way = 1 AND flags IS NOT NULL
), doubtful AS (
    FROM flagged
    UNION
    -- own transfers may have carried it on
    SELECT f.asset, x.account, f.unknown, f.flags, f.occurred_at
    FROM flagged f JOIN (SELECT DISTINCT asset, account FROM movements WHERE way = 5) x USING (asset) WHERE $per_account
), served AS (
    SELECT false AS of_rest, m.rowid AS part, d.asset, CASE WHEN $per_account THEN d.account ELSE 0 END AS pool,
        m.cost IS NULL AS unknown, a.occurred_at AS since, d.occurred_at AS until
    FROM matched m JOIN movements d ON d.rowid = m.disposed JOIN movements a ON a.rowid = m.acquired
    UNION ALL
    SELECT true, u.rowid, u.asset, CASE WHEN $per_account THEN u.account ELSE 0 END, u.cost IS NULL, a.occurred_at,
        coalesce(l.occurred_at, 'infinity')
    FROM unmatched u JOIN movements a ON a.rowid = u.acquired LEFT JOIN movements l ON l.rowid = u.departed
)
SELECT s.of_rest, s.part, string_agg(DISTINCT k.flags, ',') AS flags
FROM served s JOIN (SELECT DISTINCT asset, pool, unknown, flags FROM doubtful) k USING (asset, pool, unknown)
ASOF JOIN doubtful f ON f.asset = k.asset AND f.pool = k.pool AND f.unknown = k.unknown AND f.flags = k.flags
    AND s.until >= f.occurred_at
WHERE f.occurred_at >= s.since GROUP BY s.of_rest, s.part

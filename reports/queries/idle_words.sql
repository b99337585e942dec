-- One word of an owner that still holds and is about nothing that is in here any more: what was sent in these days is told by nobody,
-- or the file is taken back. Of that year; of a file whose days are not known, of any.
WITH words AS (
    SELECT w.connection, w.correction, w.target, w.made_at, split_part(w.target, ' ', 1) AS what, split_part(w.target, ' ', 2) AS about
    FROM lake.main.corrections w JOIN lake.ops.connections c USING (connection) WHERE c.owner = $owner AND w.in_force
)
SELECT w.connection, w.correction, w.target, w.made_at FROM words w JOIN lake.core.sent_to_own s
    ON w.what = 'sent' AND s.connection = w.connection AND s.made_at = w.made_at AND s.asset = w.about
WHERE s.from_at < $to_at AND s.to_at > $from_at AND NOT EXISTS (
    FROM lake.core.transactions t WHERE t.connection = s.connection AND t.kind IN ('withdrawal', 'transfer') AND t.out_asset = s.asset
        AND t.occurred_at >= s.from_at AND t.occurred_at < s.to_at)
UNION ALL
SELECT w.connection, w.correction, w.target, w.made_at FROM words w LEFT JOIN lake.ops.uploads u
    ON u.connection = w.connection AND u.upload = w.about
WHERE w.what IN ('cells', 'line', 'whole') AND coalesce(u.undone_at IS NOT NULL, starts_with(w.about, 'up-'))
    AND coalesce(u.from_at < $to_at, true) AND coalesce(u.to_at >= $from_at, true)
ORDER BY ALL

-- One finding of the merge: what was noticed of one kind on one day in one source, with a count and a few examples.
INSERT INTO noticed
SELECT 'api_did_not_return', p.source, p.occurred_at,
    json_object('stream', p.stream, 'row_id', p.row_id, 'line', p.line, 'kind', p.kind)
FROM parts p
WHERE p.origin = 'file' AND p.books
    AND p.u NOT IN (SELECT f.stands_u FROM folded f JOIN said s USING (u) WHERE s.origin = 'api')
    AND EXISTS (
        FROM lake.core.coverage c
        WHERE c.connection = $connection AND c.stream = p.stream AND c.basis = 'paged'
            AND p.occurred_at >= c.from_at AND p.occurred_at < c.to_at
            AND c.scope IN ('all', p.scope, p.market, replace(p.market, '/', '')));

-- files may be cut inside a time step: what one has in its last step and another in its first may be more than was counted
INSERT INTO noticed
WITH loose AS (
    SELECT *, clock(occurred_at, step) AS clock FROM said
    WHERE origin = 'file' AND row_id IS NULL AND status <> 'open' AND grain IN ('movement', 'statement') AND match_window IS NULL
),
ends AS (
    SELECT source, min(occurred_at) AS first_at, max(occurred_at) AS last_at
    FROM (
        SELECT source, occurred_at FROM lake.core.rows
        WHERE connection = $connection AND row_id IS NULL AND rowid NOT IN (SELECT lake_row FROM leaving)
            AND source IN (SELECT source FROM loose)
        UNION ALL
        SELECT source, occurred_at FROM incoming JOIN arriving USING (mapped_row) WHERE row_id IS NULL AND fate = 'new'
    )
    GROUP BY source
)
SELECT 'edge_of_two_files', NULL, min(occurred_at), json_object(
    'grain', grain, 'wallet', wallet, 'out', [out_asset, out_amount::VARCHAR], 'in', [in_asset, in_amount::VARCHAR],
    'files', count(DISTINCT source))
FROM loose JOIN ends USING (source)
GROUP BY grain, layout, step, clock, wallet, out_asset, out_amount, in_asset, in_amount
HAVING count(DISTINCT source) > 1 AND (min(first_at) <> max(first_at) OR min(last_at) <> max(last_at))
    AND bool_and(clock IN (clock(first_at, step), clock(last_at, step)))
    AND bool_or(clock = clock(first_at, step)) AND bool_or(clock = clock(last_at, step));

CREATE OR REPLACE TEMP TABLE derived_findings AS
SELECT md5(concat_ws('|', $connection, kind, source, from_at, to_at, evidence)) AS finding, *
FROM (
    SELECT kind, min(occurred_at) AS from_at, max(occurred_at) AS to_at, source,
        json_object('rows', count(*), 'examples', list(example ORDER BY occurred_at, example::VARCHAR)[:5])::VARCHAR AS evidence
    FROM noticed GROUP BY kind, source, day_of(occurred_at)
);

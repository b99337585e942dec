-- Files may be cut inside a time step: what one has in its last step and another in its first may be more than was counted.
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
),
edges AS (
    SELECT DISTINCT step, clock FROM loose JOIN ends USING (source) WHERE clock IN (clock(first_at, step), clock(last_at, step))
)
SELECT 'edge_of_two_files', NULL, min(occurred_at), json_object(
    'grain', grain, 'wallet', wallet, 'out', [out_asset, out_amount::VARCHAR], 'in', [in_asset, in_amount::VARCHAR],
    'files', count(DISTINCT source))
FROM loose JOIN ends USING (source) SEMI JOIN edges USING (step, clock)
GROUP BY grain, layout, step, clock, wallet, out_asset, out_amount, in_asset, in_amount
HAVING count(DISTINCT source) > 1 AND (min(first_at) <> max(first_at) OR min(last_at) <> max(last_at))
    AND bool_and(clock IN (clock(first_at, step), clock(last_at, step)))
    AND bool_or(clock = clock(first_at, step)) AND bool_or(clock = clock(last_at, step));

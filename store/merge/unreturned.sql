-- One row that only a file tells, though the API claims to have paged through its time.
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

-- One whole order and the standing rows of the same order id. Equal sums: they are the order. Unequal: a finding.
CREATE OR REPLACE TEMP TABLE tied AS
SELECT o.u, arg_min(m.u, (m.occurred_at, m.row_id)) AS stands_u,
    rounded(coalesce(sum(m.out_amount) FILTER (WHERE m.out_asset = o.out_asset), 0), o.decimals) = coalesce(o.out_amount, 0)
        AND rounded(coalesce(sum(m.in_amount) FILTER (WHERE m.in_asset = o.in_asset), 0), o.decimals) = coalesce(o.in_amount, 0) AS equal,
    json_object('order_id', o.order_id, 'order', [o.out_amount::VARCHAR, o.in_amount::VARCHAR],
        'rows', [sum(m.out_amount)::VARCHAR, sum(m.in_amount)::VARCHAR], 'row_count', count(*)) AS example
FROM stands o JOIN stands m ON m.order_id = o.order_id AND m.grain NOT IN ('order', 'statement')
WHERE o.grain = 'order' GROUP BY o.u, o.order_id, o.decimals, o.out_amount, o.in_amount;

INSERT INTO noticed SELECT 'order_differs', s.source, s.occurred_at, t.example FROM tied t JOIN stands s USING (u) WHERE NOT t.equal;

-- an order that ties to nothing counts only where no finer source claims to have its rows
CREATE OR REPLACE TEMP TABLE unexplained AS
SELECT o.u FROM stands o ANTI JOIN tied USING (u)
WHERE o.grain = 'order' AND EXISTS (
    FROM lake.core.coverage c
    WHERE c.connection = $connection AND list_contains($books, c.stream) AND c.stream <> o.stream
        AND o.occurred_at < c.to_at AND o.occurred_at + to_microseconds(o.step) > c.from_at
        AND c.scope IN ('all', o.scope, o.market, replace(o.market, '/', '')));

INSERT INTO noticed
SELECT 'order_without_rows', source, occurred_at, json_object('order_id', order_id) FROM stands SEMI JOIN unexplained USING (u);

INSERT INTO folded SELECT u, stands_u FROM tied WHERE equal;
CREATE OR REPLACE TEMP TABLE dropping AS SELECT u FROM tied UNION ALL SELECT u FROM unexplained;

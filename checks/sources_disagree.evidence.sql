-- What was noticed of one kind on one day in one source.
SELECT connection, source, from_at, replace(kind, '_', ' ') || strftime(from_at, ' on %Y-%m-%d') AS what,
    json_object('rows', (evidence->>'rows')::BIGINT) AS detail
FROM lake.ops.findings WHERE resolved_at IS NULL
    AND kind IN ('api_did_not_return', 'order_differs', 'sources_disagree', 'statement_differs', 'statement_one_legged')

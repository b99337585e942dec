-- Failing means: sources of one connection contradict each other: a file has what the API did not return for time it was read for,
-- amounts of one transaction differ, or a statement knows only one side of a trade. Seen while merging; nothing was dropped. The
-- owner can look whether the file belongs to this account and has the right zone, and take it back, or upload a finer one.
SELECT c.connection, count(f.finding) AS disagreements
FROM lake.ops.connections c LEFT JOIN lake.ops.findings f ON f.connection = c.connection AND f.resolved_at IS NULL
    AND f.kind IN ('api_did_not_return', 'order_differs', 'sources_disagree', 'statement_differs', 'statement_one_legged')
GROUP BY c.connection ORDER BY c.connection

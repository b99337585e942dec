-- One file whose own counting (its balance column, the numbers of its rows) does not go on, in time that nothing else proves: a line
-- is missing there, or was changed. Left out are files with lines that were not understood, which are missed where they stood; files
-- in which most lines do not go on, for there the column counts something else; and files that do not tell whose balances these are.
SELECT u.connection, u.upload, u.file_name, u.broken->>'words' AS words, (u.broken->>'from_at')::TIMESTAMPTZ AS from_at,
    (u.broken->>'to_at')::TIMESTAMPTZ AS to_at, (u.broken->>'breaks')::BIGINT AS breaks
FROM lake.ops.uploads u
WHERE u.undone_at IS NULL AND u.broken IS NOT NULL AND 2 * (u.broken->>'breaks')::BIGINT <= (u.broken->>'compared')::BIGINT
    AND NOT EXISTS (FROM lake.ops.line_fates f WHERE f.connection = u.connection AND f.source = u.upload AND f.fate = 'quarantined')
    AND NOT EXISTS (
        FROM lake.core.coverage c WHERE c.connection = u.connection AND c.basis IN ('paged', 'reconciled', 'running_balance')
            AND c.from_at <= (u.broken->>'from_at')::TIMESTAMPTZ AND c.to_at >= (u.broken->>'to_at')::TIMESTAMPTZ)

-- one file as a person reads it: its id, what it holds and whether that is proven, what became of its lines
SELECT upload, connection, file_name AS file, CASE WHEN from_at IS NULL THEN 'nothing' ELSE concat(
        strftime(from_at, '%Y-%m-%d'), ' to ', strftime(to_at, '%Y-%m-%d'),
        CASE WHEN basis IS NULL THEN ', not proven' WHEN basis IN ('owner', 'waived') THEN ', by your word' ELSE ', proven' END
    ) END AS holds, concat(
        CASE WHEN undone_at IS NOT NULL THEN 'taken back; ' END, format('{:,} used', used),
        CASE WHEN skipped > 0 THEN format(', {:,} skipped', skipped) END,
        CASE WHEN quarantined > 0 THEN format(', {:,} not understood', quarantined) END
    ) AS lines
FROM uploads ORDER BY uploaded_at

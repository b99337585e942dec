-- What no disposal used up, from the temp table `unmatched`: held, left without a price, or on its way between own accounts. Of an
-- averaged pool no one acquisition is named; what is doubtful of any of them is in `pooled_flags`.
SELECT p.pool, c.connection, CASE l.way WHEN 3 THEN 'outside' WHEN 4 THEN 'transit' ELSE 'held' END AS place,
    CASE WHEN p.method <> 'average' THEN a.occurred_at END AS acquired_at, l.occurred_at AS left_at, u.quantity, u.cost,
    CASE WHEN p.method <> 'average' THEN a.tx_id END AS acquired_tx, l.tx_id AS left_tx,
    CASE WHEN u.acquired = -1 OR a.flags IS NOT NULL OR l.flags IS NOT NULL OR f.flags IS NOT NULL
        THEN array_to_string(list_sort(list_distinct(
            string_split(concat_ws(',', CASE u.acquired WHEN -1 THEN 'short_fall' END, a.flags, l.flags, f.flags), ','))), ',') END AS flags
FROM unmatched u JOIN fresh_pools p USING (asset) LEFT JOIN movements l ON l.rowid = u.departed AND l.way IN (3, 4)
LEFT JOIN movements a ON a.rowid = u.acquired LEFT JOIN accounts c ON c.account = u.account
LEFT JOIN pooled_flags f ON f.part = u.rowid AND f.of_rest

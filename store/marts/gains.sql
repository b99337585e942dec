-- A part of one disposal and the lot it used up, from the temp table `matched` and the movements it names. quantity NULL: all of it.
-- Of an averaged pool no one acquisition is named; what is doubtful of any of them is in `pooled_flags`.
SELECT p.pool, c.connection, d.what, CASE WHEN p.method <> 'average' THEN a.occurred_at END AS acquired_at,
    d.occurred_at AS disposed_at, coalesce(m.quantity, d.quantity) AS quantity, m.cost,
    CASE WHEN m.quantity IS NULL THEN d.value ELSE m.proceeds END AS proceeds,
    CASE WHEN m.quantity IS NULL OR m.last = 1 THEN d.fee ELSE 0 END AS fee,
    CASE WHEN p.method <> 'average' THEN a.tx_id END AS acquired_tx, d.tx_id AS disposed_tx,
    CASE WHEN m.acquired = -1 OR a.flags IS NOT NULL OR d.flags IS NOT NULL OR f.flags IS NOT NULL
        THEN array_to_string(list_sort(list_distinct(
            string_split(concat_ws(',', CASE m.acquired WHEN -1 THEN 'short_fall' END, a.flags, d.flags, f.flags), ','))), ',') END AS flags
FROM matched m JOIN movements d ON d.rowid = m.disposed JOIN accounts c ON c.account = d.account
JOIN fresh_pools p ON p.asset = d.asset LEFT JOIN movements a ON a.rowid = m.acquired
LEFT JOIN pooled_flags f ON f.part = m.rowid AND NOT f.of_rest

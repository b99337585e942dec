-- What no disposal used up, from the temp table `unmatched`: held, left without a price, or on its way between own accounts.
SELECT p.pool, c.connection,
    CASE l.way WHEN 3 THEN 'outside' WHEN 4 THEN 'transit' ELSE 'held' END AS place, a.occurred_at AS acquired_at,
    l.occurred_at AS left_at, u.quantity, u.cost, a.tx_id AS acquired_tx, l.tx_id AS left_tx,
    CASE WHEN u.acquired = -1 OR a.flags IS NOT NULL OR l.flags IS NOT NULL THEN array_to_string(list_sort(list_distinct(
        string_split(concat_ws(',', CASE u.acquired WHEN -1 THEN 'short_fall' END, a.flags, l.flags), ','))), ',') END AS flags
FROM unmatched u JOIN fresh_pools p USING (asset) LEFT JOIN movements l ON l.rowid = u.departed LEFT JOIN movements a ON a.rowid = u.acquired LEFT JOIN accounts c ON c.account = u.account

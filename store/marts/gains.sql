-- A part of one disposal and the lot it used up, from the temp table `matched` and the movements it names. quantity NULL: all of it.
-- Of an averaged pool no one acquisition is named; what is doubtful of any of them is in `pooled_flags`.
SELECT p.pool, c.connection, g.what, CASE WHEN p.method <> 'average' THEN g.acquired_at END AS acquired_at, g.disposed_at, g.quantity, g.cost,
    g.proceeds, g.fee, CASE WHEN p.method <> 'average' THEN g.acquired_tx END AS acquired_tx, g.disposed_tx,
    CASE WHEN g.acquired = -1 OR g.acquired_flags IS NOT NULL OR g.disposed_flags IS NOT NULL OR f.flags IS NOT NULL
        THEN array_to_string(list_sort(list_distinct(string_split(concat_ws(
            ',', CASE g.acquired WHEN -1 THEN 'short_fall' END, g.acquired_flags, g.disposed_flags, f.flags), ','))), ',') END AS flags
FROM (
    -- the large tables first: DuckDB takes the small ones, which it does not know to be small, for a reason to build on these rows
    SELECT m.rowid AS part, m.acquired, d.asset, d.account, d.what, a.occurred_at AS acquired_at, d.occurred_at AS disposed_at,
        coalesce(m.quantity, d.quantity) AS quantity, m.cost, CASE WHEN m.quantity IS NULL THEN d.value ELSE m.proceeds END AS proceeds,
        CASE WHEN m.quantity IS NULL OR m.last = 1 THEN d.fee ELSE 0 END AS fee,
        a.tx_id AS acquired_tx, d.tx_id AS disposed_tx, a.flags AS acquired_flags, d.flags AS disposed_flags
    FROM matched m JOIN movements d ON d.rowid = m.disposed LEFT JOIN movements a ON a.rowid = m.acquired
) g JOIN accounts c USING (account) JOIN fresh_pools p USING (asset) LEFT JOIN pooled_flags f ON f.part = g.part AND NOT f.of_rest

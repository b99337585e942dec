-- What is to be done with each mapped row. Most rows of most imports say nothing new; they are told apart here, because
-- only what is new makes days be derived again.

-- one further part of a line that repeats the line's id: it is another row, so its id gets a number of its own
CREATE OR REPLACE TEMP TABLE further_parts AS
SELECT mapped_row, nth
FROM (
    SELECT rowid AS mapped_row, row_number() OVER (PARTITION BY source, line, grain, namespace, row_id ORDER BY part) AS nth
    FROM mapped
    WHERE row_id IS NOT NULL AND (source, line) IN (SELECT (source, line) FROM mapped WHERE part > 0)
)
WHERE nth > 1;

CREATE OR REPLACE TEMP VIEW incoming AS
SELECT m.rowid AS mapped_row, m.* REPLACE (m.row_id || coalesce('/' || f.nth, '') AS row_id)
FROM mapped m LEFT JOIN further_parts f ON f.mapped_row = m.rowid;

-- one API answer that another one of the same rows has overtaken (overlapping pages), or a row that is stored already
CREATE OR REPLACE TEMP TABLE pointless AS
SELECT mapped_row
FROM incoming i
WHERE origin = 'api' AND row_id IS NOT NULL AND (grain, namespace, row_id) IN (
    SELECT (grain, namespace, row_id) FROM incoming WHERE origin = 'api' AND row_id IS NOT NULL GROUP BY ALL HAVING count(*) > 1)
QUALIFY row_number() OVER (PARTITION BY grain, namespace, row_id ORDER BY said_at DESC, words(i), source, line, part) > 1
UNION
SELECT m.rowid
FROM mapped m
JOIN lake.core.rows r ON r.connection = $connection AND r.source = m.source AND r.line = m.line AND r.part = m.part;

-- one mapped row and its fate: 'new'; 'known' (stored, but its transaction stands and stays as it is);
-- 'repeated' and 'outdated' (an API answer that the lake has in these words, or in later ones: not stored again)
CREATE OR REPLACE TEMP TABLE arriving AS
SELECT i.mapped_row, s.tx_id, s.lake_row, CASE
    WHEN s.lake_row IS NULL THEN 'new'
    WHEN i.origin = 'file' THEN CASE
        WHEN s.tx_id IS NOT NULL AND i.status IS NOT DISTINCT FROM 'final'
            AND i.step >= s.step AND i.decimals <= s.decimals AND clock(i.occurred_at, i.step) = clock(s.occurred_at, i.step)
            AND i.wallet = s.wallet
            AND i.out_asset IS NOT DISTINCT FROM s.out_asset AND i.out_amount IS NOT DISTINCT FROM rounded(s.out_amount, i.decimals)
            AND i.in_asset IS NOT DISTINCT FROM s.in_asset AND i.in_amount IS NOT DISTINCT FROM rounded(s.in_amount, i.decimals)
            AND (i.fee_amount IS NULL OR i.fee_asset IS NOT DISTINCT FROM s.fee_asset
                AND i.fee_amount IS NOT DISTINCT FROM rounded(s.fee_amount, i.decimals))
            AND (i.event_id IS NULL OR s.event_id IS NOT NULL) AND (i.order_id IS NULL OR s.order_id IS NOT NULL)
            AND (i.tx_hash IS NULL OR s.tx_hash IS NOT NULL) AND (i.market IS NULL OR s.market IS NOT NULL)
            AND (i.side IS NULL OR s.side IS NOT NULL) AND (i.price IS NULL OR s.price IS NOT NULL)
            AND (i.source_type IS NULL OR s.source_type IS NOT NULL) AND (i.note IS NULL OR s.note IS NOT NULL)
        THEN 'known' ELSE 'new' END
    WHEN words(i) IS NOT DISTINCT FROM words(s) THEN 'repeated'
    WHEN (i.said_at, words(i)) < (s.said_at, words(s)) THEN 'outdated'
    ELSE 'new' END AS fate
FROM incoming i
LEFT JOIN (SELECT rowid AS lake_row, * FROM lake.core.rows WHERE connection = $connection AND origin = 'api' AND row_id IS NOT NULL) s
    ON s.grain = i.grain AND s.namespace = i.namespace AND s.row_id = i.row_id
WHERE i.mapped_row NOT IN (SELECT mapped_row FROM pointless);

-- a file's row with an id says nothing new either where another file has said just the same
UPDATE arriving SET fate = 'known', tx_id = s.tx_id
FROM incoming i
JOIN (SELECT * FROM lake.core.rows WHERE connection = $connection AND origin = 'file' AND row_id IS NOT NULL AND tx_id IS NOT NULL) s
    ON s.grain = i.grain AND s.namespace = i.namespace AND s.row_id = i.row_id AND s.step = i.step AND s.decimals = i.decimals
WHERE arriving.mapped_row = i.mapped_row AND arriving.fate = 'new' AND i.origin = 'file'
    AND words(i) IS NOT DISTINCT FROM words(s);

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

-- one mapped row, without what a merge may have written beside it
CREATE OR REPLACE TEMP VIEW incoming AS
SELECT m.rowid AS mapped_row, COLUMNS(lambda name: name NOT IN ('mapped_row', 'row_id', 'tx_id', 'nth_of_event', 'nth')),
    m.row_id || coalesce('/' || f.nth, '') AS row_id
FROM mapped m LEFT JOIN further_parts f ON f.mapped_row = m.rowid;

-- one mapped row and its fate: 'new'; 'known' (stored, but its transaction stands and stays as it is);
-- 'repeated' and 'outdated' (an API answer that the lake has in these words, or in later ones: not stored again)
CREATE OR REPLACE TEMP TABLE arriving (mapped_row BIGINT, tx_id UUID, lake_row BIGINT, fate VARCHAR);

-- one row of the lake that goes
CREATE OR REPLACE TEMP TABLE leaving (lake_row BIGINT, occurred_at TIMESTAMPTZ);

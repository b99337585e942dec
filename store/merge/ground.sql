-- One row of any source on the days that are derived again, as its source tells it.
CREATE OR REPLACE TEMP TABLE gathered AS
SELECT rowid AS lake_row, NULL::BIGINT AS mapped_row, NULL::BIGINT AS nth_of_event, *
FROM lake.core.rows
WHERE connection = $connection AND occurred_at >= $start AND occurred_at < $until
    AND day_of(occurred_at) IN (SELECT day FROM days) AND rowid NOT IN (SELECT lake_row FROM leaving)
UNION ALL BY NAME
SELECT NULL AS lake_row, i.*, a.tx_id
FROM incoming i JOIN arriving a USING (mapped_row)
WHERE a.fate IN ('new', 'known') AND day_of(i.occurred_at) IN (SELECT day FROM days);

CREATE OR REPLACE TEMP VIEW ground AS FROM gathered;

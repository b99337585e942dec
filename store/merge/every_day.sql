-- One day of the connection that any row, transaction or finding of it is on.
CREATE OR REPLACE TEMP TABLE days AS
SELECT DISTINCT day_of(moment) AS day, 0 AS round
FROM (
    SELECT occurred_at AS moment FROM lake.core.rows WHERE connection = $connection
    UNION ALL SELECT occurred_at FROM lake.core.transactions WHERE connection = $connection
    UNION ALL SELECT from_at FROM lake.ops.findings WHERE connection = $connection
);

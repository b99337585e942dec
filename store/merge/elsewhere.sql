-- Rows of the connection on days that are not touched (only these can be reached), and on days that are.
SELECT count(*) FILTER (WHERE NOT touched), count(*) FILTER (WHERE touched)
FROM (
    SELECT day_of(occurred_at) IN (SELECT day FROM days) AS touched FROM lake.core.rows WHERE connection = $connection
);

-- Rows of the connection on days that are not touched: only these can be reached.
SELECT count(*) FROM lake.core.rows WHERE connection = $connection AND day_of(occurred_at) NOT IN (SELECT day FROM days);

-- Whether the lake has any row of the connection.
SELECT count(*) FROM (SELECT 1 FROM lake.core.rows WHERE connection = $connection LIMIT 1);

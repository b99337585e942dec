-- One account of the owner with its number, from 1.
SELECT connection, row_number() OVER (ORDER BY connection) AS account FROM lake.ops.connections WHERE owner = $owner

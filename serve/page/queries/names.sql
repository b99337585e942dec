-- the names of all connections
SELECT connection, exchange FROM lake.ops.connections ORDER BY connection

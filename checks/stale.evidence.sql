-- One connection that has not answered for as long as the figure says.
SELECT connection, connection AS source, coalesce(last_success_at, created_at) AS from_at, 'last good sync' AS what,
    json_object('last_success_at', last_success_at, 'state', state, 'cause', cause) AS detail
FROM lake.ops.connections

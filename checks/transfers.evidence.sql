-- One withdrawal and the deposit that looks like its other end.
SELECT connection, tx_id::VARCHAR AS source, sent_at AS from_at,
    rtrim(rtrim(sent::VARCHAR, '0'), '.') || ' ' || asset || ' to ' || to_connection AS what,
    json_object('at', arrived_at, 'sent', sent::VARCHAR, 'arrived', arrived::VARCHAR, 'withdrawal', tx_id, 'deposit', deposit) AS detail
FROM near_transfers

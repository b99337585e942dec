-- one connection as a person reads it
SELECT connection, exchange, CASE state WHEN 'files' THEN 'by files alone' ELSE state END AS state, replace(cause, '_', ' ') AS why,
    last_success_at, coalesce(strftime(CASE WHEN complete_until > history_from THEN complete_until END, '%Y-%m-%d %H:%M'), 'nothing yet')
        AS complete_until, key_expires_at
FROM connections ORDER BY connection

-- one sync of a connection, the newest first
SELECT run_id, kind, started_at, ended_at, ok, cause, message, pages, row_count, new_transactions
FROM lake.main.runs WHERE connection = $name ORDER BY started_at DESC LIMIT 20

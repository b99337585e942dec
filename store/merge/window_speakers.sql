-- One speaker of deposits and withdrawals: those with ids first, then layouts from the finest.
SELECT speaker FROM moved GROUP BY speaker, has_id
ORDER BY NOT has_id, CASE WHEN NOT has_id THEN min(step) END, CASE WHEN NOT has_id THEN -max(decimals) END, speaker;

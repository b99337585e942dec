-- One speaker of deposits and withdrawals: those with ids first, then layouts from the finest, rows without fees last.
SELECT speaker FROM moved GROUP BY speaker, has_id
ORDER BY NOT has_id, CASE WHEN NOT has_id THEN (bool_or(fee_amount IS NULL), min(step), -max(decimals)) END, speaker;

-- One file all of whose rows come without ids, and its resolution.
SELECT source, min(step), min(decimals) FROM mapped WHERE origin = 'file'
GROUP BY source HAVING count(row_id) = 0 AND bool_or(grain = 'movement') LIMIT 2;

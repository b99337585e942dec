-- By how many minutes the file's clock is ahead of the exchange's API, counted over the movements that both tell: one row per
-- shift that occurs. A movement counts where it is told once by each within fifteen hours, so that nothing is paired by chance.
WITH file AS (
    SELECT namespace, row_id, in_asset, in_amount, out_asset, out_amount, min(occurred_at) AS occurred_at
    FROM mapped WHERE kind IS DISTINCT FROM 'other' AND (in_amount > 0 OR out_amount > 0)
    GROUP BY ALL HAVING count(*) = 1
), api AS (
    SELECT namespace, row_id, in_asset, in_amount, out_asset, out_amount, occurred_at
    FROM lake.core.rows
    WHERE connection = $connection AND origin = 'api' AND occurred_at BETWEEN
        (SELECT min(occurred_at) FROM file) - INTERVAL 15 HOUR AND (SELECT max(occurred_at) FROM file) + INTERVAL 15 HOUR
), near AS (
    SELECT f.occurred_at AS file_at, a.occurred_at AS api_at,
        count(*) OVER (PARTITION BY f.occurred_at, f.in_asset, f.in_amount, f.out_asset, f.out_amount) AS told_by_api,
        count(*) OVER (PARTITION BY a.occurred_at, a.in_asset, a.in_amount, a.out_asset, a.out_amount) AS told_by_file
    FROM file f JOIN api a
        ON f.in_asset IS NOT DISTINCT FROM a.in_asset AND f.in_amount IS NOT DISTINCT FROM a.in_amount
        AND f.out_asset IS NOT DISTINCT FROM a.out_asset AND f.out_amount IS NOT DISTINCT FROM a.out_amount
        AND abs(epoch(f.occurred_at) - epoch(a.occurred_at)) < 15 * 3600
        AND (f.row_id IS NULL OR f.namespace IS DISTINCT FROM a.namespace OR f.row_id = a.row_id)
)
SELECT CAST(round((epoch(file_at) - epoch(api_at)) / 900) * 15 AS INTEGER) AS minutes, count(*) AS movements
FROM near
WHERE told_by_api = 1 AND told_by_file = 1
    -- a zone's offset is whole quarters of an hour; what differs otherwise is another movement, or another moment of the same
    AND abs(epoch(file_at) - epoch(api_at) - round((epoch(file_at) - epoch(api_at)) / 900) * 900) <= $tolerance
GROUP BY ALL
ORDER BY movements DESC, minutes

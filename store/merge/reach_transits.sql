-- One further day, because a deposit or withdrawal of it may be one of a day found before, seen at another time.
INSERT INTO days
WITH pairs AS (
    SELECT t.day, least(n.decimals, t.decimals) AS decimals, n.total, t.total AS other_total, n.gross, t.gross AS other_gross,
        n.fee_missing OR t.fee_missing AS fee_missing
    FROM (SELECT * FROM transits WHERE day NOT IN (SELECT day FROM days)) t
    JOIN (SELECT * FROM transits WHERE day IN (SELECT day FROM days)) n
        ON n.way = t.way AND n.asset = t.asset AND abs(n.moment - t.moment) <= greatest(n.match_window, t.match_window) * 1000000::BIGINT
)
SELECT DISTINCT day, $round
FROM pairs
WHERE rounded(total, decimals) = rounded(other_total, decimals)
    OR fee_missing AND rounded(gross, decimals) = rounded(other_gross, decimals);

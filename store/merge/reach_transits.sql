-- One further day, because a deposit or withdrawal of it may be one of a day found before, seen at another time.
INSERT INTO days
SELECT DISTINCT t.day, $round
FROM transits t JOIN (SELECT * FROM transits WHERE day IN (SELECT day FROM days)) n
    ON n.way = t.way AND n.asset = t.asset AND abs(n.moment - t.moment) <= greatest(n.match_window, t.match_window) * 1000000::BIGINT
WHERE t.day NOT IN (SELECT day FROM days) AND same_total(n, t);

-- One row of the speaker and the standing row it tells again: the same chain transaction, else the same total within the
-- window, nearest in time first. Only the best pair of both sides in each round.
CREATE OR REPLACE TEMP TABLE nearest AS
WITH measured AS (
    SELECT *, way(moved) AS way, moved_asset(moved) AS asset, gross(moved) AS gross, total(moved) AS total,
        fee_amount IS NULL AS fee_missing
    FROM moved
),
asks AS (SELECT * FROM measured WHERE speaker = $speaker AND u = first_u AND u NOT IN (SELECT u FROM held)),
pairs AS (
    SELECT s.u AS stands_u, a.u AS first_u, s.place AS stands_place, a.place,
        coalesce(s.tx_hash = a.tx_hash, false) AS same_hash, abs(s.total - a.total) AS amount_apart,
        abs(epoch_us(s.occurred_at) - epoch_us(a.occurred_at)) AS time_apart
    FROM asks a JOIN measured s USING (way, asset)
    SEMI JOIN (SELECT u FROM held WHERE u = stands_u) h ON h.u = s.u
    ANTI JOIN (SELECT stands_u FROM held WHERE voice = $speaker) t ON t.stands_u = s.u
    WHERE CASE WHEN s.tx_hash IS NULL OR a.tx_hash IS NULL
        THEN time_apart <= greatest(s.match_window, a.match_window) * 1000000::BIGINT AND same_total(s, a)
        ELSE s.tx_hash = a.tx_hash END
        AND NOT EXISTS (FROM held h JOIN moved m ON m.u = h.u WHERE h.stands_u = s.u AND m.source = a.source)
)
SELECT stands_u, first_u FROM pairs
QUALIFY row_number() OVER (
        PARTITION BY stands_u ORDER BY NOT same_hash, CASE WHEN same_hash THEN amount_apart END, time_apart, place) = 1
    AND row_number() OVER (
        PARTITION BY first_u ORDER BY NOT same_hash, CASE WHEN same_hash THEN amount_apart END, time_apart, stands_place) = 1;

INSERT INTO held SELECT n.stands_u, m.u, m.speaker FROM nearest n JOIN moved m USING (first_u);

SELECT count(*) FROM nearest;

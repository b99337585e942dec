-- One further day that must be derived along, because a row of it may meet a row of a day found in the round before:
-- by its id, its event, its order, or its chain transaction.
INSERT INTO days
WITH ground AS (
    SELECT day_of(occurred_at) AS day, grain, namespace, row_id, event_id, order_id, chained(tx_hash) AS tx_hash, match_window
    FROM lake.core.rows WHERE connection = $connection
    UNION ALL
    SELECT day_of(occurred_at), grain, namespace, row_id, event_id, order_id, chained(tx_hash), match_window
    FROM incoming SEMI JOIN (SELECT mapped_row FROM arriving WHERE fate = 'new') USING (mapped_row)
),
near AS MATERIALIZED (SELECT * EXCLUDE (day) FROM ground WHERE day IN (SELECT day FROM days WHERE round = $round - 1))
SELECT DISTINCT day, $round
FROM ground
WHERE day NOT IN (SELECT day FROM days) AND (
    (namespace, row_id) IN (SELECT (namespace, row_id) FROM near WHERE row_id IS NOT NULL)
    OR event_id IN (SELECT event_id FROM near WHERE event_id IS NOT NULL)
    OR order_id IN (SELECT order_id FROM near WHERE grain = 'order' AND order_id IS NOT NULL)
    OR grain = 'order' AND order_id IN (SELECT order_id FROM near WHERE order_id IS NOT NULL)
    OR match_window IS NOT NULL AND tx_hash IN (SELECT tx_hash FROM near WHERE match_window IS NOT NULL AND tx_hash IS NOT NULL));

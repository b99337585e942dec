-- One further day that must be derived along, because a row of it may meet a row of a day found in the round before:
-- by its id, its event, its order, its chain transaction, or as the same deposit or withdrawal seen at another time.
INSERT INTO days
WITH ground AS (
    SELECT grain, namespace, row_id, event_id, order_id, tx_hash, occurred_at, match_window, decimals,
        out_asset, out_amount, in_asset, in_amount, fee_asset, fee_amount
    FROM lake.core.rows WHERE connection = $connection
    UNION ALL BY NAME
    SELECT grain, namespace, row_id, event_id, order_id, tx_hash, occurred_at, match_window, decimals,
        out_asset, out_amount, in_asset, in_amount, fee_asset, fee_amount
    FROM incoming SEMI JOIN (SELECT mapped_row FROM arriving WHERE fate = 'new') USING (mapped_row)
),
near AS (
    SELECT * FROM ground WHERE day_of(occurred_at) IN (SELECT day FROM days WHERE round = $round - 1)
),
far AS (
    SELECT day_of(g.occurred_at) AS day FROM ground g
    SEMI JOIN (SELECT namespace, row_id FROM near WHERE row_id IS NOT NULL) n ON n.row_id = g.row_id AND n.namespace = g.namespace
    UNION
    SELECT day_of(g.occurred_at) FROM ground g SEMI JOIN (SELECT event_id FROM near WHERE event_id IS NOT NULL) n USING (event_id)
    UNION
    SELECT day_of(g.occurred_at) FROM ground g SEMI JOIN (SELECT order_id FROM near WHERE grain = 'order') n USING (order_id)
    UNION
    SELECT day_of(g.occurred_at) FROM ground g SEMI JOIN (SELECT order_id FROM near) n USING (order_id) WHERE g.grain = 'order'
    UNION
    SELECT day_of(g.occurred_at) FROM ground g
    SEMI JOIN (SELECT tx_hash FROM near WHERE match_window IS NOT NULL) n USING (tx_hash) WHERE g.match_window IS NOT NULL
    UNION
    SELECT day_of(g.occurred_at)
    FROM (SELECT * FROM ground WHERE match_window IS NOT NULL) g
    JOIN (SELECT * FROM near WHERE match_window IS NOT NULL) n ON way(g) = way(n) AND moved_asset(g) = moved_asset(n)
    WHERE abs(epoch_us(g.occurred_at) - epoch_us(n.occurred_at)) <= greatest(g.match_window, n.match_window) * 1000000
        AND same_total(g, n)
)
SELECT day, $round FROM far WHERE day NOT IN (SELECT day FROM days);

-- One movement of one asset in or out of lots, numbered in the order in which lots see them: by time; at one instant by the
-- source's own sequence where all are fills of one market, else what comes before what goes, and an own transfer's arrival last.
WITH every_one AS (
    SELECT tx_id, connection, occurred_at AS ordered_at, occurred_at, what, asset, way, quantity, value, fee,
        NULL::BIGINT AS transfer, flags, 0 AS turn
    FROM told
    UNION ALL
    SELECT o.tx_id, o.connection, greatest(o.occurred_at, x.sent_at), o.occurred_at, e.what, e.asset, e.way, e.quantity, e.value, e.fee,
        e.transfer, e.flags, e.turn
    FROM effects e JOIN odd o USING (event) LEFT JOIN matched_transfers x ON x.arrived_event = o.event
), tied AS (
    SELECT asset, ordered_at FROM every_one GROUP BY ALL HAVING count(*) > 1
), sequenced AS (
    SELECT e.asset, e.ordered_at, e.tx_id, any_value(t.market) AS market, any_value(t.connection) AS connection,
        any_value(try_cast(regexp_extract(t.native_id, '^([A-Z0-9]+:)?([0-9]{1,18})$', 2) AS BIGINT)) AS sequence
    FROM every_one e JOIN tied USING (asset, ordered_at) JOIN lake.core.transactions t USING (tx_id) GROUP BY ALL
), in_sequence AS (
    SELECT asset, ordered_at, unnest(list(tx_id)) AS tx_id, unnest(list(sequence)) AS sequence FROM sequenced GROUP BY ALL
    HAVING count(*) = count(sequence) AND count(market) = count(*) AND count(DISTINCT market) = 1 AND count(DISTINCT connection) = 1
)
SELECT row_number() OVER (ORDER BY e.asset, e.ordered_at, s.sequence, CASE e.way WHEN 1 THEN 0 WHEN 5 THEN 2 ELSE 1 END, e.tx_id, e.turn)
        AS n,
    e.tx_id, e.connection, e.occurred_at, e.what, e.asset, e.way::BIGINT AS way, e.quantity, e.value, e.fee, e.transfer, e.flags,
    list_position($accounts::VARCHAR[], e.connection)::BIGINT AS account
FROM every_one e LEFT JOIN in_sequence s USING (asset, ordered_at, tx_id)

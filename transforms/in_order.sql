-- One movement of one of the assets in `portion`, in the order in which they are told: by time; at one instant by the source's own
-- sequence where it tells, else what comes before what goes. Assets stand in the portion's order.
SELECT m.rowid AS movement, m.account, m.way::BIGINT AS way, m.quantity, m.value, m.transfer
FROM movements m JOIN portion p USING (asset) LEFT JOIN sequence s ON s.movement = m.rowid WHERE m.quantity > 0
ORDER BY p.place, m.occurred_at, s.sequence, m.way NOT IN (1, 5), m.tx_id, m.turn

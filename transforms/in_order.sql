-- One movement of one of the assets in `portion`, in the order in which lots see them: by time; at one instant by the source's own
-- sequence where it tells, else what comes before what goes, and an own transfer's arrival last. Assets stand in the portion's order.
SELECT m.rowid AS movement, m.account, m.way::BIGINT AS way, m.quantity, m.value, m.transfer
FROM movements m JOIN portion p USING (asset) LEFT JOIN sequence s ON s.movement = m.rowid WHERE m.quantity > 0
ORDER BY p.place, m.ordered_at, s.sequence, CASE m.way WHEN 1 THEN 0 WHEN 5 THEN 2 ELSE 1 END, m.tx_id, m.turn

-- A description belongs to the transaction in which its event was booked, be it folded there.
INSERT INTO booked
SELECT s.event_id, min(p.tx_id) AS tx_id
FROM said s LEFT JOIN folded f USING (u) JOIN parts p ON p.u = coalesce(f.stands_u, s.u)
WHERE s.event_id IN (SELECT event_id FROM stands WHERE grain = 'describe') GROUP BY s.event_id;

INSERT INTO parted BY NAME
SELECT b.tx_id, false AS books, d.* EXCLUDE (nth_of_event, lake_row, mapped_row, tx_id, layout, part, grain, step, decimals, match_window, status)
FROM (SELECT * FROM stands WHERE grain = 'describe') d JOIN booked b USING (event_id);

-- What there is to do among the standing rows: the coarsest clock of the movements and how many voices tell them (one has
-- nothing to be compared with); deposits and withdrawals; orders; descriptions.
SELECT max(step) FILTER (WHERE grain IN ('movement', 'describe') AND match_window IS NULL) AS coarsest,
    count(DISTINCT voice(stands)) FILTER (WHERE grain = 'movement' AND match_window IS NULL) AS voices,
    count(*) FILTER (WHERE grain IN ('movement', 'statement') AND match_window IS NOT NULL) AS windows,
    count(*) FILTER (WHERE grain = 'order') AS orders,
    count(*) FILTER (WHERE grain = 'describe') AS described
FROM stands;

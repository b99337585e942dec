-- What there is to do among the standing rows: the coarsest clock of the movements and how many voices tell them (one has
-- nothing to be compared with); whether deposits and withdrawals have several voices, too; orders; descriptions; rows of files,
-- and those of them without ids.
WITH passing AS (
    SELECT *, match_window IS NOT NULL AND grain IN ('movement', 'statement') AS transit FROM stands
)
SELECT max(step) FILTER (WHERE grain IN ('movement', 'describe') AND match_window IS NULL) AS coarsest,
    count(DISTINCT voice(passing)) FILTER (WHERE grain = 'movement' AND match_window IS NULL) AS voices,
    coalesce(bool_or(row_id IS NULL OR grain = 'statement') FILTER (WHERE transit), false)
        OR count(DISTINCT namespace) FILTER (WHERE transit) > 1 AS windows,
    count(*) FILTER (WHERE grain = 'order') AS orders,
    count(*) FILTER (WHERE grain = 'describe') AS described,
    count(*) FILTER (WHERE origin = 'file') AS from_files,
    count(*) FILTER (WHERE origin = 'file' AND row_id IS NULL) AS loose
FROM passing;

-- What there is to do among the standing rows: the coarsest clock of the movements and how many voices tell them (one has
-- nothing to be compared with); whether deposits and withdrawals have several voices, too; orders; descriptions; rows of files;
-- whether several files tell rows without ids; whether an id tells the rows of an event apart.
WITH passing AS (
    SELECT *, grain = 'movement' AND match_window IS NULL AS moves, match_window IS NOT NULL AND grain IN ('movement', 'statement') AS transit,
        origin = 'file' AND row_id IS NULL AS loose
    FROM stands
)
SELECT max(step) FILTER (WHERE grain IN ('movement', 'describe') AND match_window IS NULL) AS coarsest,
    count(DISTINCT CASE WHEN moves AND row_id IS NULL THEN source END)
        + count(DISTINCT CASE WHEN moves AND row_id IS NOT NULL THEN namespace END) AS voices,
    coalesce(bool_or(row_id IS NULL OR grain = 'statement') FILTER (WHERE transit), false)
        OR count(DISTINCT CASE WHEN transit THEN namespace END) > 1 AS windows,
    count(*) FILTER (WHERE grain = 'order') AS orders,
    count(*) FILTER (WHERE grain = 'describe') AS described,
    count(*) FILTER (WHERE origin = 'file') AS from_files,
    coalesce(min(source) FILTER (WHERE loose) <> max(source) FILTER (WHERE loose), false) AS several_loose,
    coalesce(bool_and(row_id IS NOT NULL) AND min(grain) = max(grain) AND min(namespace) = max(namespace), false) AS told_apart
FROM passing;

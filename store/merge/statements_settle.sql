-- What becomes of the statements' rows: a change found standing is folded, a new one books, alone or as one leg of a trade.

-- one step that is worth a finding; a table of its own, so that DuckDB knows how few they are
CREATE OR REPLACE TEMP TABLE odd_steps AS
SELECT among, clock, wallet, class, outcome FROM steps
WHERE outcome IN ('less', 'differs') OR (outcome = 'more' AND NOT whole AND class IN ('trade', 'conversion'));

INSERT INTO noticed
SELECT 'statement_' || outcome, min(c.source), min(c.occurred_at), json_object('wallet', wallet, 'class', class,
    'statement_only', list([post, asset, amount::VARCHAR] ORDER BY c.place, post DESC, amount, asset) FILTER (WHERE stands_u IS NULL),
    'standing_only', list([post, asset, amount::VARCHAR] ORDER BY c.place, post DESC, amount, asset) FILTER (WHERE stated_u IS NULL))
FROM changes c JOIN odd_steps USING (among, clock)
WHERE outcome <> 'more' GROUP BY outcome, among, clock, wallet, class;

INSERT INTO noticed
SELECT 'statement_one_legged', min(c.source), min(c.occurred_at), json_object('wallet', wallet, 'class', class,
    'changes', list([post, asset, amount::VARCHAR] ORDER BY c.place, post DESC, amount, asset))
FROM changes c JOIN odd_steps USING (among, clock)
WHERE outcome = 'more' AND c.stands_u IS NULL GROUP BY among, clock, wallet, class
HAVING bool_or(post = 'leg');

-- one row that tells changes: the row it is folded into, itself where it books
CREATE OR REPLACE TEMP TABLE settled AS
WITH anyone AS (
    SELECT among, clock, arg_min(stands_u, place) AS stands_u FROM changes_met WHERE stands_u IS NOT NULL GROUP BY ALL
),
settled_changes AS (
    SELECT c.stated_u, c.place, coalesce(
        c.stands_u,
        CASE WHEN s.outcome = 'more' THEN CASE WHEN s.whole THEN s.first_u ELSE c.stated_u END END,
        CASE WHEN s.outcome = 'same' THEN a.stands_u END) AS stands_u
    FROM changes c JOIN steps s USING (among, clock) LEFT JOIN anyone a USING (among, clock)
    WHERE c.stated_u IS NOT NULL
),
by_row AS (SELECT stated_u, arg_min(stands_u, place) AS stands_u FROM settled_changes GROUP BY stated_u)
SELECT stated_u AS u, stands_u FROM by_row WHERE stated_u NOT IN (SELECT u FROM stated)
UNION ALL
SELECT t.u, min(b.stands_u) FROM stated t LEFT JOIN by_row b ON b.stated_u = t.first_u GROUP BY t.u;

INSERT INTO folded SELECT u, stands_u FROM settled WHERE u <> stands_u;
CREATE OR REPLACE TEMP TABLE dropping AS SELECT u FROM settled WHERE u IS DISTINCT FROM stands_u;

INSERT INTO booking BY NAME
SELECT t.u, w.whole, w.class, w.occurred_at, w.out_asset, w.out_amount, w.in_asset, w.in_amount, w.fee_asset, w.fee_amount
FROM settled t LEFT JOIN (SELECT * FROM steps WHERE whole) w ON w.first_u = t.u
WHERE t.u = t.stands_u;

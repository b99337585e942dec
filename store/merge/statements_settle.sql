-- What becomes of the statements' rows: a change found standing is folded, a new one books, alone or as one leg of a trade.
INSERT INTO noticed
SELECT 'statement_' || outcome, min(c.source), min(c.occurred_at), json_object('wallet', wallet, 'class', class,
    'statement_only', list([post, asset, amount::VARCHAR] ORDER BY c.place) FILTER (WHERE stands_u IS NULL),
    'standing_only', list([post, asset, amount::VARCHAR] ORDER BY c.place) FILTER (WHERE stated_u IS NULL))
FROM changes c JOIN steps s USING (wallet, class, clock)
WHERE outcome IN ('less', 'differs') GROUP BY outcome, wallet, class, clock;

INSERT INTO noticed
SELECT 'statement_one_legged', min(c.source), min(c.occurred_at), json_object('wallet', wallet, 'class', class,
    'changes', list([post, asset, amount::VARCHAR] ORDER BY c.place))
FROM changes c JOIN novel n USING (wallet, class, clock)
WHERE c.stands_u IS NULL AND NOT whole AND class IN ('trade', 'conversion') GROUP BY wallet, class, clock
HAVING bool_or(post = 'leg');

-- one row that tells changes: the row it is folded into, itself where it books
CREATE OR REPLACE TEMP TABLE settled AS
WITH anyone AS (
    SELECT wallet, class, clock, arg_min(stands_u, place) AS stands_u FROM changes WHERE stands_u IS NOT NULL GROUP BY ALL
),
settled_changes AS (
    SELECT c.stated_u, c.place, coalesce(
        c.stands_u,
        CASE WHEN s.outcome = 'more' THEN CASE WHEN n.whole THEN n.stands_u ELSE c.stated_u END END,
        CASE WHEN s.outcome = 'same' THEN a.stands_u END) AS stands_u
    FROM changes c JOIN steps s USING (wallet, class, clock)
    LEFT JOIN novel n USING (wallet, class, clock) LEFT JOIN anyone a USING (wallet, class, clock)
    WHERE c.stated_u IS NOT NULL
),
by_row AS (SELECT stated_u, arg_min(stands_u, place) AS stands_u FROM settled_changes GROUP BY stated_u)
SELECT DISTINCT ON (t.u) t.u, b.stands_u FROM stated t LEFT JOIN by_row b ON b.stated_u = t.first_u
ORDER BY t.u, b.stands_u;

INSERT INTO folded SELECT u, stands_u FROM settled WHERE u <> stands_u;
CREATE OR REPLACE TEMP TABLE dropping AS SELECT u FROM settled WHERE u IS DISTINCT FROM stands_u;

CREATE OR REPLACE TEMP TABLE amending AS
WITH wholes AS (
    SELECT n.stands_u, n.class, min(c.occurred_at) AS occurred_at,
        min(asset) FILTER (WHERE post = 'leg' AND amount < 0) AS out_asset,
        -sum(own_amount) FILTER (WHERE post = 'leg' AND amount < 0) AS out_amount,
        min(asset) FILTER (WHERE post = 'leg' AND amount > 0) AS in_asset,
        sum(own_amount) FILTER (WHERE post = 'leg' AND amount > 0) AS in_amount,
        min(asset) FILTER (WHERE post = 'fee') AS fee_asset, coalesce(-sum(own_amount) FILTER (WHERE post = 'fee'), 0) AS fee_amount
    FROM changes c JOIN novel n USING (wallet, class, clock)
    WHERE c.stands_u IS NULL AND n.whole GROUP BY n.stands_u, n.class
)
SELECT s.* REPLACE (
    'movement' AS grain, CASE WHEN w.class = 'trade' THEN 'trade' ELSE s.kind END AS kind,
    coalesce(w.occurred_at, s.occurred_at) AS occurred_at,
    CASE WHEN w.stands_u IS NULL THEN s.out_asset ELSE w.out_asset END AS out_asset,
    CASE WHEN w.stands_u IS NULL THEN s.out_amount ELSE w.out_amount END AS out_amount,
    CASE WHEN w.stands_u IS NULL THEN s.in_asset ELSE w.in_asset END AS in_asset,
    CASE WHEN w.stands_u IS NULL THEN s.in_amount ELSE w.in_amount END AS in_amount,
    CASE WHEN w.stands_u IS NULL THEN s.fee_asset ELSE w.fee_asset END AS fee_asset,
    CASE WHEN w.stands_u IS NULL THEN s.fee_amount ELSE w.fee_amount END AS fee_amount)
FROM stands s SEMI JOIN (SELECT u FROM settled WHERE u = stands_u) USING (u) LEFT JOIN wholes w ON w.stands_u = s.u;

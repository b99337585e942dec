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

UPDATE stands SET
    grain = 'movement', kind = CASE WHEN w.class = 'trade' THEN 'trade' ELSE stands.kind END, occurred_at = w.occurred_at,
    out_asset = w.out_asset, out_amount = w.out_amount, in_asset = w.in_asset, in_amount = w.in_amount,
    fee_asset = w.fee_asset, fee_amount = coalesce(w.fee_amount, 0)
FROM (
    SELECT n.stands_u, n.class, min(c.occurred_at) AS occurred_at,
        min(asset) FILTER (WHERE post = 'leg' AND amount < 0) AS out_asset, -sum(own_amount) FILTER (WHERE post = 'leg' AND amount < 0) AS out_amount,
        min(asset) FILTER (WHERE post = 'leg' AND amount > 0) AS in_asset, sum(own_amount) FILTER (WHERE post = 'leg' AND amount > 0) AS in_amount,
        min(asset) FILTER (WHERE post = 'fee') AS fee_asset, -sum(own_amount) FILTER (WHERE post = 'fee') AS fee_amount
    FROM changes c JOIN novel n USING (wallet, class, clock)
    WHERE c.stands_u IS NULL AND n.whole GROUP BY n.stands_u, n.class
) w
WHERE stands.u = w.stands_u;

UPDATE stands SET grain = 'movement' WHERE u IN (SELECT u FROM settled WHERE u = stands_u);
INSERT INTO folded SELECT u, stands_u FROM settled WHERE u <> stands_u;
DELETE FROM stands WHERE grain = 'statement' AND u IN (SELECT u FROM settled);

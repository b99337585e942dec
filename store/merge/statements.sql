-- One posting: a single asset's change, by a statement's row (`stated`) or by a standing row of the same day, wallet and class.
-- Statements are files of one time step and one number of decimals; a day is compared at the coarsest clock it has.
CREATE OR REPLACE TEMP TABLE postings AS
WITH rows_of_interest AS (
    SELECT *, grain = 'statement' AS stated, kind_class(kind) AS class, day_of(occurred_at) AS day,
        row_number() OVER (ORDER BY occurred_at, words(stands), source, line, part) AS place
    FROM stands
    WHERE grain IN ('movement', 'order') OR (grain = 'statement' AND step = $step AND decimals = $decimals)
),
compared AS (
    SELECT day, wallet, class, max(step) AS at_step, min(decimals) AS at_decimals
    FROM rows_of_interest GROUP BY ALL HAVING bool_or(stated)
),
moves AS (
    SELECT *, 'leg' AS post, out_asset AS asset, -out_amount AS amount FROM rows_of_interest WHERE out_asset IS NOT NULL
    UNION ALL
    SELECT *, 'leg', in_asset, in_amount FROM rows_of_interest WHERE in_asset IS NOT NULL
    UNION ALL
    SELECT *, 'fee', fee_asset, -fee_amount FROM rows_of_interest WHERE fee_asset IS NOT NULL
)
SELECT m.u, m.place, m.stated, m.source, m.wallet, m.class, c.at_step, clock(m.occurred_at, c.at_step) AS clock, m.occurred_at,
    m.post, m.asset, rounded(m.amount, c.at_decimals) AS amount, clock(m.occurred_at, m.step) AS own_clock, m.amount AS own_amount
FROM moves m JOIN compared c USING (day, wallet, class);

-- one change that statements tell, and the row `first_u` that tells it first: files of one statement count by the greatest
CREATE OR REPLACE TEMP TABLE stated AS
SELECT *, first_value(u) OVER (PARTITION BY own_clock, wallet, class, post, asset, own_amount, nth ORDER BY place) AS first_u
FROM (
    SELECT *, row_number() OVER (PARTITION BY source, own_clock, wallet, class, post, asset, own_amount ORDER BY place) AS nth
    FROM postings WHERE stated
);

-- one change as the statements have it (`stated_u`), as the standing rows have it (`stands_u`), or as both have it
CREATE OR REPLACE TEMP TABLE changes AS
WITH told AS (
    SELECT *, row_number() OVER (PARTITION BY wallet, class, clock, post, asset, amount ORDER BY place) AS nth
    FROM (SELECT * EXCLUDE (nth) FROM stated WHERE u = first_u)
),
standing AS (
    SELECT *, row_number() OVER (PARTITION BY wallet, class, clock, post, asset, amount ORDER BY place) AS nth
    FROM postings SEMI JOIN told USING (wallet, class, clock) WHERE NOT stated
)
SELECT wallet, class, clock, post, asset, amount, t.u AS stated_u, s.u AS stands_u,
    coalesce(t.place, s.place) AS place, coalesce(t.occurred_at, s.occurred_at) AS occurred_at, t.source, t.own_amount
FROM told t FULL JOIN standing s USING (wallet, class, clock, post, asset, amount, nth);

-- one step of one wallet and class, and what comparing it showed
CREATE OR REPLACE TEMP TABLE steps AS
WITH sums AS (
    SELECT wallet, class, clock, asset, count(stated_u) < count(*) AS some_missing, count(stands_u) < count(*) AS some_new,
        coalesce(sum(amount) FILTER (WHERE stated_u IS NOT NULL), 0) = coalesce(sum(amount) FILTER (WHERE stands_u IS NOT NULL), 0) AS equal
    FROM changes GROUP BY ALL
)
SELECT wallet, class, clock, CASE
    WHEN NOT bool_or(some_missing) AND NOT bool_or(some_new) OR bool_and(equal) THEN 'same'
    WHEN NOT bool_or(some_missing) THEN 'more'
    WHEN NOT bool_or(some_new) THEN 'less'
    ELSE 'differs' END AS outcome
FROM sums GROUP BY ALL;

-- one step whose new changes are an event of their own: in trades and conversions one asset goes in, one out, one may pay
CREATE OR REPLACE TEMP TABLE novel AS
SELECT wallet, class, clock, min(stated_u) FILTER (WHERE place = first_place) AS stands_u,
    class IN ('trade', 'conversion') AND assets_in = 1 AND assets_out = 1 AND assets_paid <= 1 AS whole
FROM (
    SELECT c.*, min(place) OVER (PARTITION BY wallet, class, clock) AS first_place,
        count(DISTINCT CASE WHEN post = 'leg' AND amount > 0 THEN asset END) OVER (PARTITION BY wallet, class, clock) AS assets_in,
        count(DISTINCT CASE WHEN post = 'leg' AND amount < 0 THEN asset END) OVER (PARTITION BY wallet, class, clock) AS assets_out,
        count(DISTINCT CASE WHEN post = 'fee' THEN asset END) OVER (PARTITION BY wallet, class, clock) AS assets_paid
    FROM changes c SEMI JOIN (SELECT * FROM steps WHERE outcome = 'more') USING (wallet, class, clock)
    WHERE stands_u IS NULL
)
GROUP BY ALL;

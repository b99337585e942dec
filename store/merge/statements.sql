-- One row that is weighed: a statement's of this resolution, and what stands. `place` orders rows by what they say. It is reckoned
-- apart: a window drags along every column that it is asked for.
CREATE OR REPLACE TEMP MACRO weighed(at_step, at_decimals) AS TABLE
SELECT *, grain = 'statement' AS stated, kind_class(kind) AS class, day_of(occurred_at) AS day
FROM stands WHERE grain IN ('movement', 'order') OR (grain = 'statement' AND step = at_step AND decimals = at_decimals);

CREATE OR REPLACE TEMP TABLE placed AS
SELECT u, row_number() OVER (ORDER BY occurred_at, words, source, line, part) AS place
FROM (SELECT u, occurred_at, words(w) AS words, source, line, part FROM weighed($step, $decimals) w);

-- one day of one wallet and class on which a statement tells anything; it is compared at the coarsest clock it has. `among` is
-- its number: grouping a million rows by it costs half of what grouping by words does
CREATE OR REPLACE TEMP TABLE compared AS
SELECT row_number() OVER () AS among, day, wallet, class, max(step) AS at_step, min(decimals) AS at_decimals
FROM weighed($step, $decimals) GROUP BY day, wallet, class HAVING bool_or(stated);

-- One posting: a single asset's change, by a statement's row (`stated`) or by a standing row of the same day, wallet and class.
-- Statements are files of one time step and one number of decimals.
CREATE OR REPLACE TEMP TABLE postings AS
WITH moves AS (
    SELECT u, stated, source, wallet, class, day, occurred_at, step, 'leg' AS post, out_asset AS asset, -out_amount AS amount
    FROM weighed($step, $decimals) WHERE out_asset IS NOT NULL
    UNION ALL
    SELECT u, stated, source, wallet, class, day, occurred_at, step, 'leg', in_asset, in_amount
    FROM weighed($step, $decimals) WHERE in_asset IS NOT NULL
    UNION ALL
    SELECT u, stated, source, wallet, class, day, occurred_at, step, 'fee', fee_asset, -fee_amount
    FROM weighed($step, $decimals) WHERE fee_asset IS NOT NULL
)
SELECT m.u, p.place, m.stated, m.source, c.among, clock(m.occurred_at, c.at_step) AS clock, m.occurred_at, m.post, m.asset,
    rounded(m.amount, c.at_decimals) AS amount, clock(m.occurred_at, m.step) AS own_clock, m.amount AS own_amount
FROM moves m JOIN placed p USING (u) JOIN compared c USING (day, wallet, class);

-- one step of one wallet and class that a statement tells together with another one, or with rows that stand
CREATE OR REPLACE TEMP TABLE met AS
SELECT among, clock FROM postings GROUP BY ALL
HAVING bool_or(stated) AND (NOT bool_and(stated) OR min(source) <> max(source));

-- one change that statements tell there, and the row `first_u` that tells it first: files of one statement count by the greatest
CREATE OR REPLACE TEMP TABLE stated AS
SELECT *, first_value(u) OVER (PARTITION BY among, own_clock, post, asset, own_amount, nth ORDER BY place) AS first_u
FROM (
    SELECT *, row_number() OVER (PARTITION BY source, among, own_clock, post, asset, own_amount ORDER BY place) AS nth
    FROM postings SEMI JOIN met USING (among, clock) WHERE stated
);

-- one change there as the statements have it (`stated_u`), as the standing rows have it (`stands_u`), or as both have it
CREATE OR REPLACE TEMP TABLE changes_met AS
WITH told AS (
    SELECT *, row_number() OVER (PARTITION BY among, clock, post, asset, amount ORDER BY place) AS nth
    FROM (SELECT * EXCLUDE (nth) FROM stated WHERE u = first_u)
),
standing AS (
    SELECT *, row_number() OVER (PARTITION BY among, clock, post, asset, amount ORDER BY place) AS nth
    FROM postings SEMI JOIN told USING (among, clock) WHERE NOT stated
)
SELECT among, clock, post, asset, amount, t.u AS stated_u, s.u AS stands_u,
    coalesce(t.place, s.place) AS place, coalesce(t.occurred_at, s.occurred_at) AS occurred_at, t.source, t.own_amount
FROM told t FULL JOIN standing s USING (among, clock, post, asset, amount, nth);

-- the same of all steps; what one statement tells alone needs no counting, nor to be copied
CREATE OR REPLACE TEMP VIEW changes AS
FROM changes_met
UNION ALL
SELECT among, clock, post, asset, amount, u, NULL, place, occurred_at, source, own_amount
FROM postings ANTI JOIN met USING (among, clock) WHERE stated;

-- one step of one wallet and class, and what comparing it showed. Where new changes come on top they may be one event, booked by
-- the first of them: in trades and conversions (`whole`) one asset goes in, one out, one may pay
CREATE OR REPLACE TEMP TABLE steps AS
WITH by_asset AS (
    SELECT among, clock, asset, count(stated_u) < count(*) AS some_missing, count(stands_u) < count(*) AS some_new,
        coalesce(sum(amount) FILTER (WHERE stated_u IS NOT NULL), 0) = coalesce(sum(amount) FILTER (WHERE stands_u IS NOT NULL), 0) AS equal,
        min(place) FILTER (WHERE stands_u IS NULL) AS place, arg_min(stated_u, place) FILTER (WHERE stands_u IS NULL) AS stated_u,
        min(occurred_at) FILTER (WHERE stands_u IS NULL) AS occurred_at,
        -sum(own_amount) FILTER (WHERE stands_u IS NULL AND post = 'leg' AND amount < 0) AS out_amount,
        sum(own_amount) FILTER (WHERE stands_u IS NULL AND post = 'leg' AND amount > 0) AS in_amount,
        -sum(own_amount) FILTER (WHERE stands_u IS NULL AND post = 'fee') AS fee_amount
    FROM changes GROUP BY ALL
),
by_step AS (
    SELECT among, clock, CASE
            WHEN NOT bool_or(some_missing) AND NOT bool_or(some_new) OR bool_and(equal) THEN 'same'
            WHEN NOT bool_or(some_missing) THEN 'more'
            WHEN NOT bool_or(some_new) THEN 'less'
            ELSE 'differs' END AS outcome,
        count(in_amount) = 1 AND count(out_amount) = 1 AND count(fee_amount) <= 1 AS one_of_each,
        arg_min(stated_u, place) AS first_u, min(occurred_at) AS occurred_at,
        min(asset) FILTER (WHERE out_amount IS NOT NULL) AS out_asset, sum(out_amount) AS out_amount,
        min(asset) FILTER (WHERE in_amount IS NOT NULL) AS in_asset, sum(in_amount) AS in_amount,
        min(asset) FILTER (WHERE fee_amount IS NOT NULL) AS fee_asset, coalesce(sum(fee_amount), 0) AS fee_amount
    FROM by_asset GROUP BY among, clock
)
SELECT s.* EXCLUDE (one_of_each), c.wallet, c.class,
    outcome = 'more' AND c.class IN ('trade', 'conversion') AND s.one_of_each AS whole
FROM by_step s JOIN compared c USING (among);

-- What several rows without an id say, as a number; few rows do, and a window over all of them costs ten times the look for these.
CREATE OR REPLACE TEMP TABLE said_again AS
SELECT hash(occurred_at, wallet, out_asset, out_amount, in_asset, in_amount) AS said
FROM bookable WHERE event_id IS NULL AND row_id IS NULL GROUP BY said HAVING count(*) > 1;

-- One row that is not the first of its event, or not the first that says just this without an id, and its number there.
CREATE OR REPLACE TEMP TABLE numbered AS
SELECT u, row_number() OVER (
    PARTITION BY occurred_at, wallet, out_asset, out_amount, in_asset, in_amount ORDER BY words(bookable), source, line, part) AS number
FROM bookable
WHERE event_id IS NULL AND row_id IS NULL
    AND hash(occurred_at, wallet, out_asset, out_amount, in_asset, in_amount) IN (SELECT said FROM said_again)
QUALIFY number > 1
UNION ALL
SELECT u, row_number() OVER (
    PARTITION BY event_id
    ORDER BY occurred_at, row_id, wallet, out_asset, out_amount, in_asset, in_amount, fee_asset, fee_amount) AS number
FROM bookable WHERE event_id IS NOT NULL QUALIFY number > 1;

-- The same where every row has an id of one namespace: nothing else needs to tell the rows of an event apart.
CREATE OR REPLACE TEMP TABLE numbered AS
SELECT u, row_number() OVER (PARTITION BY event_id ORDER BY occurred_at, row_id) AS number
FROM bookable WHERE event_id IS NOT NULL QUALIFY number > 1;

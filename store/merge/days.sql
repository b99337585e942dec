-- One day that is derived again: a day of a row that comes or goes, or of a row that a changed claim speaks about.
CREATE OR REPLACE TEMP TABLE days AS
SELECT DISTINCT day_of(occurred_at) AS day, 0 AS round
FROM (
    SELECT occurred_at FROM incoming JOIN arriving USING (mapped_row) WHERE fate = 'new'
    UNION ALL
    SELECT occurred_at FROM leaving
);

-- what is said of rows that only files have names one of these files: a further one may be the one to name
INSERT INTO days
SELECT DISTINCT day_of(occurred_at), 0
FROM incoming JOIN arriving USING (mapped_row)
WHERE fate = 'known' AND origin = 'file' AND day_of(occurred_at) IN (
        SELECT day_of(from_at) FROM lake.ops.findings WHERE connection = $connection AND kind = 'api_did_not_return' AND resolved_at IS NULL)
    AND day_of(occurred_at) NOT IN (SELECT day FROM days);

-- one stretch that is claimed since, or no longer; none where no claim came along
CREATE TEMP TABLE IF NOT EXISTS changed_claims (stream VARCHAR, scope VARCHAR, from_at TIMESTAMPTZ, to_at TIMESTAMPTZ);

-- orders and descriptions stand or fall with a claim; so does what is said of rows that only a file has
INSERT INTO days
SELECT DISTINCT day_of(r.occurred_at), 0
FROM lake.core.rows r
JOIN changed_claims c ON r.occurred_at < c.to_at AND r.occurred_at + to_microseconds(r.step) > c.from_at
WHERE r.connection = $connection AND (r.grain IN ('order', 'describe') OR r.origin = 'file')
    AND day_of(r.occurred_at) NOT IN (SELECT day FROM days);

-- One finding of the merge: what was noticed of one kind on one day in one source, with a count and a few examples.
CREATE OR REPLACE TEMP TABLE derived_findings AS
SELECT md5(concat_ws('|', $connection, kind, source, from_at, to_at, evidence)) AS finding, *
FROM (
    SELECT kind, min(occurred_at) AS from_at, max(occurred_at) AS to_at, source,
        json_object('rows', count(*), 'examples', list(example ORDER BY occurred_at, example::VARCHAR)[:5])::VARCHAR AS evidence
    FROM noticed GROUP BY kind, source, day_of(occurred_at)
);

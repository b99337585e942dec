-- one run of the checks and how its figures were judged, the newest last
SELECT run, min(checked_at) AS checked_at, count(*) FILTER (WHERE verdict = 'passed') AS passed,
    count(*) FILTER (WHERE verdict = 'failed') AS failed, count(*) FILTER (WHERE verdict = 'broken') AS broken
FROM lake.main.check_results GROUP BY run
QUALIFY row_number() OVER (ORDER BY min(checked_at) DESC) <= 60 ORDER BY checked_at

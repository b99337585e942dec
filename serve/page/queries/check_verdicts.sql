-- one check in its newest run: how many figures it measured, and what was said where it could not
SELECT check_name, count(*) AS figures, count(*) FILTER (WHERE verdict = 'failed') AS failed,
    count(*) FILTER (WHERE verdict = 'broken') AS broken, any_value(said) FILTER (WHERE verdict = 'broken') AS said
FROM lake.main.check_results WHERE run = (SELECT arg_max(run, checked_at) FROM lake.main.check_results)
GROUP BY check_name ORDER BY failed + broken DESC, check_name

-- What checks measured: one figure of one connection in one run of the checks. verdict: passed, failed, or broken (it could not be
-- measured, which is not passing; `said` is why). connection '' = all of them. threshold: the most that passes
CREATE TABLE IF NOT EXISTS lake.ops.check_results (
    run VARCHAR, checked_at TIMESTAMPTZ, check_name VARCHAR, connection VARCHAR, metric VARCHAR, value DOUBLE, threshold DOUBLE,
    verdict VARCHAR, said VARCHAR
);

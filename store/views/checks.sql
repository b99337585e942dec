-- one figure that a check measured of one connection
CREATE OR REPLACE VIEW lake.main.check_results AS
SELECT run, checked_at, check_name, connection, metric, value, threshold, verdict, said FROM lake.ops.check_results;

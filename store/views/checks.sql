-- one figure that a check measured of one connection
CREATE OR REPLACE VIEW lake.main.check_results AS
SELECT run, checked_at, check_name, connection, metric, value, threshold, verdict, said FROM lake.ops.check_results;

-- one word of an owner: an adjustment, a finding that is settled, a line that is waived or corrected, a file that is whole, or a
-- correction that is taken back
CREATE OR REPLACE VIEW lake.main.corrections AS
SELECT c.connection, c.correction, c.made_at, c.made_by, c.target, c.says, NOT EXISTS (
    FROM lake.ops.corrections later WHERE later.connection = c.connection AND later.target = 'correction ' || c.correction) AS in_force
FROM lake.ops.corrections c;

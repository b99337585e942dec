-- This merge, if it changed anything that stands: what was derived from it before is out of date.
INSERT INTO lake.ops.changes BY NAME
SELECT $connection AS connection, $now AS changed_at, version AS commit_number, $run_id AS run_id, $new AS new_transactions,
    $changed AS changed_transactions, $removed AS removed_transactions
FROM lake.ops.guard;

-- What differs between the transactions that stand in the lake and those that the sources make now. A repeat changes nothing.
CREATE OR REPLACE TEMP TABLE stood AS
SELECT rowid AS lake_row, tx_id, digest, first_seen, run_id
FROM lake.core.transactions
WHERE connection = $connection AND occurred_at >= $start AND occurred_at < $until AND day_of(occurred_at) IN (SELECT day FROM days);

-- one transaction to take out, to put in, or both
CREATE OR REPLACE TEMP TABLE differing AS
SELECT tx_id, s.lake_row, s.first_seen, CASE
    WHEN s.tx_id IS NULL THEN 'new' WHEN d.tx_id IS NULL THEN 'removed' ELSE 'changed' END AS what
FROM stood s FULL JOIN derived d USING (tx_id)
WHERE s.digest IS DISTINCT FROM d.digest;

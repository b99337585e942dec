-- What differs between the transactions that stand in the lake and those that the sources make now: one transaction to take
-- out, to put in, or both. A repeat changes nothing.
CREATE OR REPLACE TEMP TABLE differing AS
SELECT tx_id, s.first_seen, CASE
    WHEN s.tx_id IS NULL THEN 'new' WHEN d.tx_id IS NULL THEN 'removed' ELSE 'changed' END AS what
FROM stood s FULL JOIN derived d USING (tx_id)
WHERE s.digest IS DISTINCT FROM d.digest;

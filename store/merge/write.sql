-- The difference, written. First out, then in.
DELETE FROM lake.core.transactions WHERE rowid IN (SELECT lake_row FROM differing WHERE what <> 'new');
DELETE FROM lake.core.legs
WHERE connection = $connection AND occurred_at >= $start AND occurred_at < $until
    AND tx_id IN (SELECT tx_id FROM differing WHERE what <> 'new');

INSERT INTO lake.core.transactions BY NAME
SELECT $connection AS connection, d.*, coalesce(x.first_seen, $now) AS first_seen, $run_id AS run_id
FROM derived d JOIN differing x USING (tx_id) ORDER BY occurred_at;
INSERT INTO lake.core.legs BY NAME
SELECT $connection AS connection, l.* FROM derived_legs l SEMI JOIN differing USING (tx_id) ORDER BY occurred_at;

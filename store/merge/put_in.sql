-- Transactions that are new, or are told in other words now, with their legs.
INSERT INTO lake.core.transactions BY NAME
SELECT $connection AS connection, d.*, coalesce(x.first_seen, $now) AS first_seen, $run_id AS run_id
FROM derived d JOIN differing x USING (tx_id) ORDER BY occurred_at;
INSERT INTO lake.core.legs BY NAME
SELECT $connection AS connection, l.* FROM derived_legs l SEMI JOIN differing USING (tx_id);

-- One row: how many transactions the owner has, a digest of what they say, until when they are proven, what spoils that, the
-- number of the lake's last commit, and that of the rules.
WITH told AS (
    SELECT count(*) AS transactions, coalesce(bit_xor(hash(t.tx_id, t.digest)), 0)::VARCHAR AS said
    FROM lake.core.transactions t SEMI JOIN (SELECT connection FROM lake.ops.connections WHERE owner = $owner) c USING (connection)
)
SELECT told.*, p.complete_until, p.spoiled_by, (SELECT version FROM lake.ops.guard) AS commit_number,
    (SELECT rules FROM lake.core.rules) AS rules
FROM told LEFT JOIN lake.core.proven_by_owner p ON p.owner = $owner

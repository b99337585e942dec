-- One row: how many transactions the owner has, a digest of what they say, until when they are proven, what spoils that, and the
-- number of the lake's last commit.
WITH told AS (
    SELECT count(*) AS transactions, coalesce(bit_xor(hash(t.tx_id, t.digest)), 0)::VARCHAR AS said
    FROM lake.core.transactions t SEMI JOIN (SELECT connection FROM lake.ops.connections WHERE owner = $owner) c USING (connection)
), proven AS (
    SELECT min(coalesce(complete_until, history_from)) AS complete_until,
        string_agg(connection || ': ' || spoiled_by, '; ' ORDER BY connection) AS spoiled_by
    FROM lake.main.completeness WHERE owner = $owner
)
SELECT told.*, proven.*, (SELECT version FROM lake.ops.guard) AS commit_number FROM told, proven

-- One row: how many transactions the owner has, a digest of what they say, until when they are proven, and what spoils that.
SELECT
    (SELECT count(*) FROM lake.core.transactions t JOIN lake.ops.connections c USING (connection) WHERE c.owner = $owner) AS transactions,
    (SELECT coalesce(bit_xor(hash(t.tx_id, t.digest)), 0)::VARCHAR FROM lake.core.transactions t
        JOIN lake.ops.connections c USING (connection) WHERE c.owner = $owner) AS said,
    (SELECT min(coalesce(p.complete_until, p.history_from)) FROM lake.main.completeness p
        JOIN lake.ops.connections c USING (connection) WHERE c.owner = $owner) AS complete_until,
    (SELECT string_agg(p.connection || ': ' || p.spoiled_by, '; ' ORDER BY p.connection) FROM lake.main.completeness p
        JOIN lake.ops.connections c USING (connection) WHERE c.owner = $owner AND p.spoiled_by IS NOT NULL) AS spoiled_by

-- One withdrawal or deposit of one asset and nothing else, at one of several accounts of an owner: an end of what may be an own
-- transfer. fee NULL: not told.
SELECT c.owner, row_number() OVER () AS event, t.connection, coalesce(t.out_asset, t.in_asset) AS asset, t.occurred_at,
    coalesce(-t.out_amount, t.in_amount) AS moved, CASE WHEN t.fee_asset = coalesce(t.out_asset, t.in_asset) THEN t.fee_amount
        WHEN t.fee_amount IS NOT NULL OR t.fee_asset IS NOT NULL OR t.legs <> 1 THEN 0 END AS fee, t.tx_hash, t.tx_id
FROM lake.core.transactions t JOIN lake.ops.connections c USING (connection)
SEMI JOIN (SELECT owner FROM lake.ops.connections GROUP BY owner HAVING count(*) > 1) several ON several.owner = c.owner
WHERE t.kind IN ('deposit', 'withdrawal', 'transfer') AND (t.out_asset IS NULL) <> (t.in_asset IS NULL)
    AND coalesce(t.out_amount, t.in_amount) > 0

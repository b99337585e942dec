-- One withdrawal or deposit of one asset and nothing else: an end of what may be an own transfer. fee NULL: not told.
SELECT o.event, o.connection, f.asset, o.occurred_at, f.moved, CASE WHEN o.fee_told THEN f.fee END AS fee, o.tx_hash
FROM flows f JOIN odd o USING (event)
WHERE o.kind IN ('deposit', 'withdrawal', 'transfer') AND f.moved <> 0
QUALIFY count(*) OVER (PARTITION BY f.event) = 1

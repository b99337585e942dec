-- One asset with a digest of everything that its lots follow from.
SELECT asset, format('{}:{}', count(*), bit_xor(hash(tx_id, account, occurred_at, what, way, quantity, value, fee, flags))) AS digest
FROM movements GROUP BY asset

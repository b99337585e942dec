-- One asset with a digest of everything that its lots follow from: its movements, which of them are one transfer, and their order
-- where the source tells it.
SELECT m.asset, format('{}:{}', count(*), bit_xor(hash(
    m.tx_id, m.account, m.occurred_at, m.what, m.way, m.quantity, m.value, m.fee, m.flags, x.sent_tx, s.sequence))) AS digest
FROM movements m LEFT JOIN matched_transfers x ON x.transfer = m.transfer LEFT JOIN sequence s ON s.movement = m.rowid
GROUP BY m.asset

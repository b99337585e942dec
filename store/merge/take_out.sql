-- Transactions that are no more, or are told in other words now, with their legs.
DELETE FROM lake.core.transactions WHERE rowid IN (SELECT lake_row FROM differing WHERE what <> 'new');
DELETE FROM lake.core.legs
WHERE connection = $connection AND occurred_at >= $start AND occurred_at < $until
    AND tx_id IN (SELECT tx_id FROM differing WHERE what <> 'new');

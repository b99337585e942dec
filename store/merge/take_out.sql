-- Transactions that are no more, or are told in other words now, with their legs. By their ids: DuckLake's row ids are not unique where
-- a row was updated in the transaction that wrote it.
DELETE FROM lake.core.transactions
WHERE connection = $connection AND occurred_at >= $start AND occurred_at < $until
    AND tx_id IN (SELECT tx_id FROM differing WHERE what <> 'new');
DELETE FROM lake.core.legs
WHERE connection = $connection AND occurred_at >= $start AND occurred_at < $until
    AND tx_id IN (SELECT tx_id FROM differing WHERE what <> 'new');

-- The same where every mapped row stands as it was told: the transaction is written beside the row where it lies. A copy of a million rows costs more than naming them.
ALTER TABLE mapped ADD COLUMN IF NOT EXISTS tx_id UUID;
ALTER TABLE mapped ADD COLUMN IF NOT EXISTS nth_of_event BIGINT;
UPDATE mapped SET nth_of_event = NULL;
UPDATE mapped SET nth_of_event = numbered.number FROM numbered WHERE mapped.rowid = numbered.u;
UPDATE mapped SET tx_id = CASE
    WHEN event_id IS NOT NULL THEN named_by_event($connection, event_id)
    WHEN row_id IS NOT NULL THEN named_by_id($connection, grain, namespace, row_id)
    ELSE named_by_words($connection, mapped, coalesce(nth_of_event, 1)) END;

CREATE OR REPLACE TEMP VIEW incoming AS SELECT rowid AS mapped_row, * FROM mapped;
CREATE OR REPLACE TEMP VIEW ground AS SELECT NULL::BIGINT AS lake_row, * FROM incoming;
CREATE OR REPLACE TEMP VIEW parts AS
SELECT tx_id, u, coalesce(nth_of_event, 1) AS nth, origin, source, line, stream, scope, true AS books, namespace, row_id, event_id, order_id,
    tx_hash, occurred_at, kind, source_type, wallet, market, side, price, out_asset, out_amount, in_asset, in_amount, fee_asset,
    fee_amount, note
FROM said;
CREATE OR REPLACE TEMP TABLE booked (event_id VARCHAR, tx_id UUID);

-- One standing row and the transaction it belongs to: rows of one event are one transaction, others stand alone. The name of
-- a transaction comes from the exchange's ids, else from what the row says and how often that was said.
CREATE OR REPLACE TEMP TABLE numbered AS
SELECT u, row_number() OVER (
    PARTITION BY occurred_at, wallet, out_asset, out_amount, in_asset, in_amount ORDER BY words(stands), source, line, part) AS nth
FROM stands WHERE event_id IS NULL AND row_id IS NULL AND grain <> 'describe'
UNION ALL
SELECT u, row_number() OVER (
    PARTITION BY event_id
    ORDER BY occurred_at, row_id, wallet, out_asset, out_amount, in_asset, in_amount, fee_asset, fee_amount) AS nth
FROM stands WHERE event_id IS NOT NULL AND grain <> 'describe';

CREATE OR REPLACE TEMP TABLE parts AS
SELECT uuid_of(CASE
        WHEN event_id IS NOT NULL THEN concat_ws('|', $connection, 'event', event_id)
        WHEN row_id IS NOT NULL THEN concat_ws('|', $connection, 'row', grain, namespace, row_id)
        ELSE concat_ws('|', $connection, 'words', epoch_us(occurred_at), wallet, out_asset, -out_amount, in_asset, in_amount, nth)
    END) AS tx_id,
    u, nth, origin, source, line, stream, scope, grain <> 'describe' AS books, namespace, row_id, event_id, order_id, tx_hash, occurred_at, kind,
    source_type, wallet, market, side, price, out_asset, out_amount, in_asset, in_amount, fee_asset, fee_amount, note
FROM stands LEFT JOIN numbered USING (u) WHERE grain <> 'describe';

-- one event that is described, and the transaction in which it was booked; none where nothing describes
CREATE OR REPLACE TEMP TABLE booked (event_id VARCHAR, tx_id UUID);

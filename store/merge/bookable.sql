-- One standing row that books, in its final words; `nth` of its event, or of those that say just this without an id. Rows are copied
-- this once, and named where they lie: naming them on the way would copy them again to number them.
CREATE OR REPLACE TEMP TABLE parted AS
SELECT NULL::UUID AS tx_id, u, 1::BIGINT AS nth, origin, source, line, part, stream, scope, true AS books, grain, namespace, row_id, event_id,
    order_id, tx_hash, occurred_at, kind, source_type, status, wallet, market, side, price, out_asset, out_amount, in_asset, in_amount,
    fee_asset, fee_amount, note
FROM stands WHERE grain <> 'describe';

CREATE OR REPLACE TEMP VIEW bookable AS FROM parted;

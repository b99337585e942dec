-- One standing row with what it does not tell itself, taken from the rows folded into it, best witness first.
CREATE OR REPLACE TEMP TABLE filled AS
WITH told AS (
    SELECT f.stands_u, s.*
    FROM said s JOIN (SELECT * FROM folded UNION ALL SELECT DISTINCT stands_u, stands_u FROM folded) f USING (u)
    WHERE f.stands_u IN (SELECT u FROM stands)
),
ranked AS (
    SELECT *, row_number() OVER (
        PARTITION BY stands_u
        ORDER BY u <> stands_u, origin, step, decimals DESC, fee_amount IS NULL, words(told), source, line, part) AS rank
    FROM told
)
SELECT stands_u, arg_min(namespace, rank) AS namespace, arg_min(row_id, rank) AS row_id, arg_min(event_id, rank) AS event_id,
    arg_min(order_id, rank) AS order_id, arg_min(tx_hash, rank) AS tx_hash, arg_min(market, rank) AS market,
    arg_min(side, rank) AS side, arg_min(price, rank) AS price, arg_min(source_type, rank) AS source_type, arg_min(note, rank) AS note,
    arg_min(fee_asset, CASE WHEN fee_amount IS NOT NULL THEN rank END) AS fee_asset, arg_min(fee_amount, rank) AS fee_amount
FROM ranked GROUP BY stands_u;

UPDATE stands SET
    namespace = f.namespace, row_id = f.row_id, event_id = f.event_id, order_id = f.order_id, tx_hash = f.tx_hash,
    market = f.market, side = f.side, price = f.price, source_type = f.source_type, note = f.note,
    fee_asset = CASE WHEN stands.fee_amount IS NULL THEN f.fee_asset ELSE stands.fee_asset END,
    fee_amount = coalesce(stands.fee_amount, f.fee_amount)
FROM filled f
WHERE stands.u = f.stands_u AND (
    (stands.row_id IS NULL AND f.row_id IS NOT NULL) OR (stands.event_id IS NULL AND f.event_id IS NOT NULL)
    OR (stands.order_id IS NULL AND f.order_id IS NOT NULL) OR (stands.tx_hash IS NULL AND f.tx_hash IS NOT NULL)
    OR (stands.market IS NULL AND f.market IS NOT NULL) OR (stands.side IS NULL AND f.side IS NOT NULL)
    OR (stands.price IS NULL AND f.price IS NOT NULL) OR (stands.source_type IS NULL AND f.source_type IS NOT NULL)
    OR (stands.note IS NULL AND f.note IS NOT NULL) OR (stands.fee_amount IS NULL AND f.fee_amount IS NOT NULL));

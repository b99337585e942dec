-- One standing row with what it does not tell itself, taken from the rows folded into it, best witness first.
CREATE OR REPLACE TEMP TABLE filled AS
WITH lacking AS (
    SELECT DISTINCT f.stands_u
    FROM folded f JOIN said t USING (u) JOIN stands s ON s.u = f.stands_u
    WHERE (s.row_id IS NULL AND t.row_id IS NOT NULL) OR (s.event_id IS NULL AND t.event_id IS NOT NULL)
        OR (s.order_id IS NULL AND t.order_id IS NOT NULL) OR (s.tx_hash IS NULL AND t.tx_hash IS NOT NULL)
        OR (s.market IS NULL AND t.market IS NOT NULL) OR (s.side IS NULL AND t.side IS NOT NULL)
        OR (s.price IS NULL AND t.price IS NOT NULL) OR (s.source_type IS NULL AND t.source_type IS NOT NULL)
        OR (s.note IS NULL AND t.note IS NOT NULL) OR (s.fee_amount IS NULL AND t.fee_amount IS NOT NULL)
),
told AS (
    SELECT l.stands_u, t.*, row_number() OVER (
        PARTITION BY l.stands_u
        ORDER BY t.origin, t.step, t.decimals DESC, t.fee_amount IS NULL, words(t), t.source, t.line, t.part) AS rank
    FROM lacking l JOIN folded f USING (stands_u) JOIN said t ON t.u = f.u
)
SELECT stands_u, arg_min(namespace, CASE WHEN row_id IS NOT NULL THEN rank END) AS namespace, arg_min(row_id, rank) AS row_id,
    arg_min(event_id, rank) AS event_id, arg_min(order_id, rank) AS order_id, arg_min(tx_hash, rank) AS tx_hash,
    arg_min(market, rank) AS market, arg_min(side, rank) AS side, arg_min(price, rank) AS price,
    arg_min(source_type, rank) AS source_type, arg_min(note, rank) AS note,
    arg_min(fee_asset, CASE WHEN fee_amount IS NOT NULL THEN rank END) AS fee_asset, arg_min(fee_amount, rank) AS fee_amount
FROM told GROUP BY stands_u;

CREATE OR REPLACE TEMP TABLE amending AS
SELECT s.* REPLACE (
    CASE WHEN s.row_id IS NULL THEN f.namespace ELSE s.namespace END AS namespace, coalesce(s.row_id, f.row_id) AS row_id,
    coalesce(s.event_id, f.event_id) AS event_id, coalesce(s.order_id, f.order_id) AS order_id,
    coalesce(s.tx_hash, f.tx_hash) AS tx_hash, coalesce(s.market, f.market) AS market, coalesce(s.side, f.side) AS side,
    coalesce(s.price, f.price) AS price, coalesce(s.source_type, f.source_type) AS source_type, coalesce(s.note, f.note) AS note,
    CASE WHEN s.fee_amount IS NULL THEN f.fee_asset ELSE s.fee_asset END AS fee_asset,
    coalesce(s.fee_amount, f.fee_amount) AS fee_amount)
FROM stands s JOIN filled f ON f.stands_u = s.u;

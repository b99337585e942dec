-- One standing row and the transaction it belongs to: rows of one event are one transaction, others stand alone. The name of
-- a transaction comes from the exchange's ids, else from what the row says and how often that was said.
CREATE OR REPLACE TEMP TABLE nameless AS
SELECT u, row_number() OVER (
    PARTITION BY occurred_at, wallet, out_asset, out_amount, in_asset, in_amount ORDER BY words(stands), source, line, part) AS nth
FROM stands WHERE event_id IS NULL AND row_id IS NULL AND grain <> 'describe';

CREATE OR REPLACE TEMP TABLE parts AS
SELECT uuid_of(CASE
        WHEN event_id IS NOT NULL THEN concat_ws('|', $connection, 'event', event_id)
        WHEN row_id IS NOT NULL THEN concat_ws('|', $connection, 'row', grain, namespace, row_id)
        ELSE concat_ws('|', $connection, 'words', epoch_us(occurred_at), wallet, out_asset, -out_amount, in_asset, in_amount, nth)
    END) AS tx_id,
    u, origin, source, line, stream, scope, grain <> 'describe' AS books, namespace, row_id, event_id, order_id, tx_hash, occurred_at, kind,
    source_type, wallet, market, side, price, out_asset, out_amount, in_asset, in_amount, fee_asset, fee_amount, note
FROM stands LEFT JOIN nameless USING (u) WHERE grain <> 'describe';

-- a description belongs to the transaction in which its event was booked, be it folded there
CREATE OR REPLACE TEMP TABLE booked AS
SELECT s.event_id, min(p.tx_id) AS tx_id
FROM said s LEFT JOIN folded f USING (u) JOIN parts p ON p.u = coalesce(f.stands_u, s.u)
WHERE s.event_id IN (SELECT event_id FROM stands WHERE grain = 'describe') GROUP BY s.event_id;

INSERT INTO parts BY NAME
SELECT b.tx_id, false AS books, d.* EXCLUDE (lake_row, mapped_row, tx_id, layout, part, grain, step, decimals, match_window, status)
FROM (SELECT * FROM stands WHERE grain = 'describe') d JOIN booked b USING (event_id);

-- one transaction as the sources have it now; the digest of its words and rows tells whether it must be written again
CREATE OR REPLACE TEMP TABLE derived AS
WITH events AS (
    SELECT tx_id, min(occurred_at) FILTER (WHERE books) AS occurred_at,
        CASE WHEN bool_or(kind = 'trade') FILTER (WHERE books) THEN 'trade' ELSE min(kind) FILTER (WHERE books) END AS kind,
        min(market) AS market, min(side) AS side, min(price) AS price, min(order_id) AS order_id,
        min(row_id) FILTER (WHERE books) AS native_id, min(tx_hash) AS tx_hash,
        min(source_type) FILTER (WHERE books) AS source_type, min(note) AS note,
        CASE WHEN min(origin) = max(origin) THEN min(origin) ELSE 'api+file' END AS origin,
        only_asset(out_asset, books) AS out_asset, only_amount(out_asset, out_amount, books) AS out_amount,
        only_asset(in_asset, books) AS in_asset, only_amount(in_asset, in_amount, books) AS in_amount,
        only_asset(fee_asset, books) AS fee_asset, only_amount(fee_asset, fee_amount, books) AS fee_amount,
        sum(legs_of(parts)) FILTER (WHERE books) AS legs,
        count(*) FILTER (WHERE books) AS row_count, sum(moves(parts)) FILTER (WHERE books) AS moves
    FROM parts WHERE event_id IS NOT NULL OR tx_id IN (SELECT tx_id FROM booked) GROUP BY tx_id
    UNION ALL
    SELECT tx_id, occurred_at, kind, market, side, price, order_id, row_id, tx_hash, source_type, note, origin,
        out_asset, out_amount, in_asset, in_amount, fee_asset, fee_amount, legs_of(parts), 1, moves(parts)
    FROM parts WHERE event_id IS NULL AND tx_id NOT IN (SELECT tx_id FROM booked)
)
SELECT * EXCLUDE (moves), to_hex(hash(
    occurred_at, kind, market, side, price, order_id, native_id, tx_hash, source_type, note, origin, row_count, moves)) AS digest
FROM events;

-- one leg: what left, what came, what was paid for it, row by row
CREATE OR REPLACE TEMP VIEW derived_legs AS
WITH legs AS (
    SELECT tx_id, event_id, row_id, occurred_at, 1 AS turn, 'out' AS role, wallet, out_asset AS asset, -out_amount AS amount
    FROM parts WHERE books AND out_asset IS NOT NULL
    UNION ALL
    SELECT tx_id, event_id, row_id, occurred_at, 1 + (out_asset IS NOT NULL)::INTEGER, 'in', wallet, in_asset, in_amount
    FROM parts WHERE books AND in_asset IS NOT NULL
    UNION ALL
    SELECT tx_id, event_id, row_id, occurred_at, 1 + (out_asset IS NOT NULL)::INTEGER + (in_asset IS NOT NULL)::INTEGER, 'fee', wallet,
        fee_asset, -fee_amount
    FROM parts WHERE books AND fee_asset IS NOT NULL
)
SELECT tx_id, turn AS n, occurred_at, role, wallet, asset, amount FROM legs WHERE event_id IS NULL AND amount IS NOT NULL
UNION ALL
SELECT tx_id, row_number() OVER (PARTITION BY tx_id ORDER BY occurred_at, row_id, turn, wallet, asset, amount)::INTEGER,
    occurred_at, role, wallet, asset, amount
FROM legs WHERE event_id IS NOT NULL AND amount IS NOT NULL;

-- one id by which the exchange names a transaction or a row of it; what was folded into it keeps its ids
CREATE OR REPLACE TEMP VIEW derived_ids AS
SELECT namespace, row_id AS id, tx_id FROM parts WHERE row_id IS NOT NULL
UNION ALL
SELECT DISTINCT s.namespace, s.row_id, p.tx_id
FROM folded f JOIN said s USING (u) JOIN parts p ON p.u = f.stands_u
WHERE s.row_id IS NOT NULL AND (s.namespace IS DISTINCT FROM p.namespace OR s.row_id IS DISTINCT FROM p.row_id)
    AND (s.namespace <> 'order' OR s.row_id IS DISTINCT FROM p.order_id)
UNION ALL
SELECT DISTINCT 'event', event_id, tx_id FROM parts WHERE event_id IS NOT NULL
UNION ALL
SELECT 'order', order_id, tx_id FROM parts WHERE order_id IS NOT NULL AND event_id IS NULL AND namespace IS DISTINCT FROM 'order'
UNION ALL
SELECT DISTINCT 'order', order_id, tx_id FROM parts WHERE order_id IS NOT NULL AND event_id IS NOT NULL
UNION ALL
SELECT DISTINCT 'tx_hash', tx_hash, tx_id FROM parts WHERE tx_hash IS NOT NULL;

-- one row that stands or is folded, and its transaction
CREATE OR REPLACE TEMP TABLE fates AS
SELECT u, tx_id FROM parts
UNION ALL
SELECT f.u, p.tx_id FROM folded f JOIN parts p ON p.u = f.stands_u;

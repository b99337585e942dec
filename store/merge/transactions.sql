-- One standing row and the transaction it belongs to: rows of one event are one transaction, others stand alone. The name of
-- a transaction comes from the exchange's ids, else from what the row says and how often that was said.
CREATE OR REPLACE TEMP TABLE parts AS
WITH books AS (SELECT * FROM stands WHERE grain <> 'describe'),
nameless AS (
    SELECT u, row_number() OVER (
        PARTITION BY occurred_at, wallet, out_asset, out_amount, in_asset, in_amount ORDER BY words(books), source, line, part) AS nth
    FROM books WHERE event_id IS NULL AND row_id IS NULL
)
SELECT s.*, uuid_of(CASE
    WHEN event_id IS NOT NULL THEN concat_ws('|', connection, 'event', event_id)
    WHEN row_id IS NOT NULL THEN concat_ws('|', connection, 'row', grain, namespace, row_id)
    ELSE concat_ws('|', connection, 'words', epoch_us(occurred_at), wallet, out_asset, -out_amount, in_asset, in_amount, n.nth)
    END) AS new_tx_id
FROM books s LEFT JOIN nameless n USING (u);

-- one row that stands or was folded, and its transaction
CREATE OR REPLACE TEMP TABLE fates AS
SELECT u, new_tx_id AS tx_id FROM parts
UNION ALL
SELECT f.u, p.new_tx_id FROM folded f JOIN parts p ON p.u = f.stands_u;

-- a description belongs to the transaction in which its event was booked, be it folded there
INSERT INTO parts
SELECT d.*, b.tx_id
FROM (SELECT * FROM stands WHERE grain = 'describe') d
JOIN (
    SELECT s.event_id, min(f.tx_id) AS tx_id FROM said s JOIN fates f USING (u)
    WHERE s.event_id IN (SELECT event_id FROM stands WHERE grain = 'describe') GROUP BY s.event_id
) b USING (event_id);

INSERT INTO fates
SELECT u, new_tx_id FROM parts WHERE grain = 'describe'
UNION ALL
SELECT f.u, p.new_tx_id FROM folded f JOIN parts p ON p.u = f.stands_u WHERE p.grain = 'describe';

-- one transaction as the sources have it now
CREATE OR REPLACE TEMP TABLE derived AS
SELECT new_tx_id AS tx_id, min(occurred_at) FILTER (WHERE grain <> 'describe') AS occurred_at,
    CASE WHEN bool_or(kind = 'trade') FILTER (WHERE grain <> 'describe') THEN 'trade'
         ELSE min(kind) FILTER (WHERE grain <> 'describe') END AS kind,
    min(market) AS market, min(side) AS side, min(price) AS price, min(order_id) AS order_id,
    min(row_id) FILTER (WHERE grain <> 'describe') AS native_id, min(tx_hash) AS tx_hash,
    min(source_type) FILTER (WHERE grain <> 'describe') AS source_type, min(note) AS note,
    CASE WHEN min(origin) = max(origin) THEN min(origin) ELSE 'api+file' END AS origin,
    count(*) FILTER (WHERE grain <> 'describe') AS row_count
FROM parts GROUP BY new_tx_id;

-- one leg: what left, what came, what was paid for it, row by row
CREATE OR REPLACE TEMP TABLE derived_legs AS
WITH legs AS (
    SELECT new_tx_id AS tx_id, row_id, occurred_at, 1 AS turn, 'out' AS role, wallet, out_asset AS asset, -out_amount AS amount
    FROM parts WHERE grain <> 'describe' AND out_asset IS NOT NULL
    UNION ALL
    SELECT new_tx_id, row_id, occurred_at, 2, 'in', wallet, in_asset, in_amount
    FROM parts WHERE grain <> 'describe' AND in_asset IS NOT NULL
    UNION ALL
    SELECT new_tx_id, row_id, occurred_at, 3, 'fee', wallet, fee_asset, -fee_amount
    FROM parts WHERE grain <> 'describe' AND fee_asset IS NOT NULL
)
SELECT tx_id, occurred_at, role, wallet, asset, amount,
    row_number() OVER (PARTITION BY tx_id ORDER BY occurred_at, row_id, turn, wallet, asset, amount)::INTEGER AS n
FROM legs WHERE amount IS NOT NULL;

-- one id by which the exchange names an event or a row of it; what was folded keeps its ids
CREATE OR REPLACE TEMP TABLE derived_ids AS
WITH named AS (SELECT s.*, f.tx_id AS new_tx_id FROM said s JOIN fates f USING (u))
SELECT DISTINCT namespace, row_id AS id, new_tx_id AS tx_id FROM named WHERE row_id IS NOT NULL
UNION
SELECT 'event', event_id, new_tx_id FROM parts WHERE event_id IS NOT NULL
UNION
SELECT 'order', order_id, new_tx_id FROM parts WHERE order_id IS NOT NULL
UNION
SELECT 'tx_hash', tx_hash, new_tx_id FROM parts WHERE tx_hash IS NOT NULL;

-- the digest of a transaction's words and legs tells whether it must be written again
ALTER TABLE derived ADD COLUMN digest VARCHAR;
UPDATE derived SET digest = d.digest
FROM (
    SELECT t.tx_id, to_hex(hash(occurred_at, kind, market, side, price, order_id, native_id, tx_hash, source_type, note, origin,
        row_count, legs)) AS digest
    FROM derived t
    LEFT JOIN (SELECT tx_id, bit_xor(hash(n, occurred_at, role, wallet, asset, amount)) AS legs FROM derived_legs GROUP BY tx_id) l
        USING (tx_id)
) d
WHERE derived.tx_id = d.tx_id;

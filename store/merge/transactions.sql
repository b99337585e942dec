-- One transaction that more than two rows make, or that a row only describes.
CREATE OR REPLACE TEMP TABLE crowded AS
SELECT DISTINCT tx_id FROM parts WHERE event_id IS NOT NULL AND nth > 2
UNION
SELECT tx_id FROM booked;

-- one transaction as the sources have it now; the digest of its words and rows tells whether it must be written again. Most are
-- made by one row or two: setting two side by side costs half of what grouping them does
CREATE OR REPLACE TEMP VIEW deriving AS
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
    FROM parts WHERE tx_id IN (SELECT tx_id FROM crowded) GROUP BY tx_id
    UNION ALL
    SELECT tx_id, least(a.occurred_at, b.occurred_at),
        CASE WHEN a.kind = 'trade' OR b.kind = 'trade' THEN 'trade' ELSE least(a.kind, b.kind) END,
        least(a.market, b.market), least(a.side, b.side), least(a.price, b.price), least(a.order_id, b.order_id),
        least(a.row_id, b.row_id), least(a.tx_hash, b.tx_hash), least(a.source_type, b.source_type), least(a.note, b.note),
        CASE WHEN a.origin <> b.origin THEN 'api+file' ELSE a.origin END,
        asset_of_two(a.out_asset, b.out_asset), amount_of_two(a.out_asset, b.out_asset, a.out_amount, b.out_amount),
        asset_of_two(a.in_asset, b.in_asset), amount_of_two(a.in_asset, b.in_asset, a.in_amount, b.in_amount),
        asset_of_two(a.fee_asset, b.fee_asset), amount_of_two(a.fee_asset, b.fee_asset, a.fee_amount, b.fee_amount),
        a.legs + coalesce(b.legs, 0), CASE WHEN b.moves IS NULL THEN 1 ELSE 2 END, a.moves + coalesce(b.moves, 0)
    FROM (
        SELECT *, legs_of(parts) AS legs, moves(parts) AS moves FROM parts
        WHERE (event_id IS NULL OR nth = 1) AND tx_id NOT IN (SELECT tx_id FROM crowded)
    ) a
    LEFT JOIN (
        SELECT *, legs_of(parts) AS legs, moves(parts) AS moves FROM parts WHERE event_id IS NOT NULL AND nth = 2
    ) b USING (tx_id)
)
SELECT * EXCLUDE (moves), to_hex(hash(
    occurred_at, kind, market, side, price, order_id, native_id, tx_hash, source_type, note, origin, row_count, moves)) AS digest
FROM events;

-- one leg: what left, what came, what was paid for it, row by row. `n` puts the legs of a transaction in order: three numbers
-- for each of its rows
CREATE OR REPLACE TEMP VIEW derived_legs AS
WITH placed AS (
    SELECT tx_id, CASE WHEN event_id IS NULL THEN 0 ELSE 3 * (nth - 1) END AS before, occurred_at, wallet, out_asset, out_amount,
        in_asset, in_amount, fee_asset, fee_amount
    FROM parts WHERE books
),
legs AS (
    SELECT tx_id, before + 1 AS n, occurred_at, 'out' AS role, wallet, out_asset AS asset, -out_amount AS amount
    FROM placed WHERE out_asset IS NOT NULL
    UNION ALL
    SELECT tx_id, before + 1 + (out_asset IS NOT NULL)::INTEGER, occurred_at, 'in', wallet, in_asset, in_amount
    FROM placed WHERE in_asset IS NOT NULL
    UNION ALL
    SELECT tx_id, before + 1 + (out_asset IS NOT NULL)::INTEGER + (in_asset IS NOT NULL)::INTEGER, occurred_at, 'fee', wallet,
        fee_asset, -fee_amount
    FROM placed WHERE fee_asset IS NOT NULL
)
SELECT tx_id, n::INTEGER AS n, occurred_at, role, wallet, asset, amount FROM legs WHERE amount IS NOT NULL;

-- One row of any source on the days that are derived again; `u` is its handle in here. A zero amount moves nothing.
CREATE OR REPLACE TEMP VIEW said AS
SELECT coalesce(mapped_row, -1 - lake_row) AS u, lake_row, mapped_row, tx_id, nth_of_event, origin, source, layout, stream, scope, line, part, grain,
    CASE WHEN grain = 'order' AND row_id IS NULL THEN 'order' ELSE namespace END AS namespace,
    CASE WHEN grain = 'order' THEN coalesce(row_id, order_id) ELSE row_id END AS row_id,
    event_id, order_id, tx_hash, occurred_at, step, decimals, match_window, kind, source_type, coalesce(status, 'final') AS status,
    coalesce(wallet, 'spot') AS wallet, market, side, price,
    moving(out_asset, out_amount) AS out_asset, nullif(out_amount, 0) AS out_amount,
    moving(in_asset, in_amount) AS in_asset, nullif(in_amount, 0) AS in_amount,
    moving(fee_asset, fee_amount) AS fee_asset, fee_amount, note
FROM ground;

-- one row that does not stand (it is folded, refused, not final), or stands in other words than its source's
CREATE OR REPLACE TEMP TABLE dropped AS SELECT u FROM said WHERE status = 'open';
CREATE OR REPLACE TEMP TABLE amended AS FROM said LIMIT 0;

-- one row that stands
CREATE OR REPLACE TEMP VIEW stands AS
FROM said WHERE u NOT IN (SELECT u FROM dropped) UNION ALL FROM amended;

-- one row of a statement that books, alone or, as the first row of an event (`whole`), with what all its rows say
CREATE OR REPLACE TEMP TABLE booking (
    u BIGINT, whole BOOLEAN, class VARCHAR, occurred_at TIMESTAMPTZ, out_asset VARCHAR, out_amount DECIMAL(38,18),
    in_asset VARCHAR, in_amount DECIMAL(38,18), fee_asset VARCHAR, fee_amount DECIMAL(38,18)
);

-- one row that tells again what another, standing row tells
CREATE OR REPLACE TEMP TABLE folded (u BIGINT, stands_u BIGINT);

CREATE OR REPLACE TEMP TABLE noticed (kind VARCHAR, source VARCHAR, occurred_at TIMESTAMPTZ, example JSON);

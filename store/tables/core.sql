-- The lake's tables. Run once per lake, in the attached DuckLake `lake`. DuckLake has no unique constraints: uniqueness is
-- held by store/merge.py under the commit lock and counted by a check. A column never changes its type; it gets a successor.

CREATE SCHEMA IF NOT EXISTS lake.raw;
CREATE SCHEMA IF NOT EXISTS lake.core;
CREATE SCHEMA IF NOT EXISTS lake.ops;
CREATE SCHEMA IF NOT EXISTS lake.mart;

-- one answer of an exchange; body is NULL where every row of it was known already (digest: sha256 of the body)
CREATE TABLE IF NOT EXISTS lake.raw.pages (
    page VARCHAR, connection VARCHAR, stream VARCHAR, scope VARCHAR, layout VARCHAR, request VARCHAR, context VARCHAR,
    fetched_at TIMESTAMPTZ, run_id VARCHAR, digest VARCHAR, row_count BIGINT, body VARCHAR
);

-- one mapped row of one source, as its layout read it: the ground that transactions are derived from.
-- source: page id or upload id; origin: 'api' or 'file'. Amounts are magnitudes in their asset; direction is in the column.
-- fee_amount NULL = not told, 0 = none, negative = rebate. step: microseconds the source's clock resolves;
-- decimals: digits after the point the source keeps (18 = exact). tx_id: the transaction this row stands in.
CREATE TABLE IF NOT EXISTS lake.core.rows (
    connection VARCHAR, source VARCHAR, origin VARCHAR, layout VARCHAR, stream VARCHAR, scope VARCHAR, line BIGINT, part SMALLINT,
    said_at TIMESTAMPTZ, grain VARCHAR, namespace VARCHAR, row_id VARCHAR, event_id VARCHAR, order_id VARCHAR, tx_hash VARCHAR,
    occurred_at TIMESTAMPTZ, step BIGINT, decimals SMALLINT, match_window INTEGER, kind VARCHAR, source_type VARCHAR,
    status VARCHAR, wallet VARCHAR, market VARCHAR, side VARCHAR, price DECIMAL(38,18),
    out_asset VARCHAR, out_amount DECIMAL(38,18), in_asset VARCHAR, in_amount DECIMAL(38,18),
    fee_asset VARCHAR, fee_amount DECIMAL(38,18), note VARCHAR, tx_id UUID
);

-- one event; its legs stand in core.legs. The pivoted amounts repeat them where at most one asset went out, one came in and
-- one paid the fee (else NULL): analysts scan ten million events without joining their legs. legs counts them
CREATE TABLE IF NOT EXISTS lake.core.transactions (
    connection VARCHAR, tx_id UUID, occurred_at TIMESTAMPTZ, kind VARCHAR, market VARCHAR, side VARCHAR, price DECIMAL(38,18),
    out_asset VARCHAR, out_amount DECIMAL(38,18), in_asset VARCHAR, in_amount DECIMAL(38,18),
    fee_asset VARCHAR, fee_amount DECIMAL(38,18), legs INTEGER,
    order_id VARCHAR, native_id VARCHAR, tx_hash VARCHAR, source_type VARCHAR, note VARCHAR, origin VARCHAR, row_count BIGINT,
    digest VARCHAR, first_seen TIMESTAMPTZ, run_id VARCHAR
);

-- one signed movement of one asset in one wallet; role: in, out, fee, tax
CREATE TABLE IF NOT EXISTS lake.core.legs (
    connection VARCHAR, tx_id UUID, n INTEGER, occurred_at TIMESTAMPTZ, role VARCHAR, wallet VARCHAR, asset VARCHAR, amount DECIMAL(38,18)
);

-- one reported balance of one asset in one wallet at one time
CREATE TABLE IF NOT EXISTS lake.core.balances (
    connection VARCHAR, reported_at TIMESTAMPTZ, wallet VARCHAR, asset VARCHAR, amount DECIMAL(38,18), page VARCHAR
);

-- "connection, stream, scope, from_at..to_at is complete, because basis"; half-open; source: run or upload that shows it
CREATE TABLE IF NOT EXISTS lake.core.coverage (
    connection VARCHAR, stream VARCHAR, scope VARCHAR, from_at TIMESTAMPTZ, to_at TIMESTAMPTZ, basis VARCHAR, source VARCHAR, stated_at TIMESTAMPTZ
);

CREATE TABLE IF NOT EXISTS lake.ops.owners (owner VARCHAR, time_zone VARCHAR, year_starts VARCHAR, currency VARCHAR, channels VARCHAR);

-- one connection as it is now; settings: JSON (api_url, since, accepted rights)
CREATE TABLE IF NOT EXISTS lake.ops.connections (
    connection VARCHAR, owner VARCHAR, exchange VARCHAR, account_id VARCHAR, history_from TIMESTAMPTZ, created_at TIMESTAMPTZ,
    state VARCHAR, cause VARCHAR, last_success_at TIMESTAMPTZ, key_expires_at TIMESTAMPTZ, rights VARCHAR, settings VARCHAR
);

-- one part of a stream that must be covered (a market; 'all' where a stream has no parts; 'markets' for the list of parts itself).
-- books: its rows move balances, so completeness rests on it; unreachable: why the exchange no longer answers for it
CREATE TABLE IF NOT EXISTS lake.ops.scopes (
    connection VARCHAR, stream VARCHAR, scope VARCHAR, books BOOLEAN, found_at TIMESTAMPTZ, unreachable VARCHAR
);

CREATE TABLE IF NOT EXISTS lake.ops.markets (exchange VARCHAR, symbol VARCHAR, base VARCHAR, quote VARCHAR);

-- one sync of one connection, or one import
CREATE TABLE IF NOT EXISTS lake.ops.runs (
    run_id VARCHAR, connection VARCHAR, kind VARCHAR, started_at TIMESTAMPTZ, ended_at TIMESTAMPTZ, ok BOOLEAN, cause VARCHAR,
    message VARCHAR, pages BIGINT, row_count BIGINT, new_transactions BIGINT
);

-- one file of an owner; undone_at set = taken back. lines = used + skipped + quarantined, always. zone: in which its clock runs,
-- where its owner said so. broken: where its own counting (balances, numbers of rows) does not go on, as JSON; see store.mapping.Break
CREATE TABLE IF NOT EXISTS lake.ops.uploads (
    upload VARCHAR, connection VARCHAR, layout VARCHAR, file_name VARCHAR, digest VARCHAR, bytes BIGINT, uploaded_at TIMESTAMPTZ,
    lines BIGINT, used BIGINT, skipped BIGINT, quarantined BIGINT, from_at TIMESTAMPTZ, to_at TIMESTAMPTZ, step BIGINT,
    basis VARCHAR, state VARCHAR, undone_at TIMESTAMPTZ, zone VARCHAR
);
ALTER TABLE lake.ops.uploads ADD COLUMN IF NOT EXISTS zone VARCHAR;
ALTER TABLE lake.ops.uploads ADD COLUMN IF NOT EXISTS broken VARCHAR;

-- a line of a source that is not in core.rows, and why: fate 'skipped' (rule) or 'quarantined' (column, value, why)
CREATE TABLE IF NOT EXISTS lake.ops.line_fates (
    connection VARCHAR, source VARCHAR, line BIGINT, fate VARCHAR, rule VARCHAR, column_name VARCHAR, value VARCHAR, why VARCHAR
);

-- the owner's words, append-only
CREATE TABLE IF NOT EXISTS lake.ops.corrections (
    connection VARCHAR, correction VARCHAR, made_at TIMESTAMPTZ, made_by VARCHAR, target VARCHAR, says VARCHAR
);

-- one merge that changed what stands of a connection. commit_number: of the lake's commit it was part of (ops.guard).
-- owner: set where it was erased with all there was of it; connection is '' then
CREATE TABLE IF NOT EXISTS lake.ops.changes (
    connection VARCHAR, changed_at TIMESTAMPTZ, commit_number BIGINT, run_id VARCHAR, new_transactions BIGINT, changed_transactions BIGINT,
    removed_transactions BIGINT
);
ALTER TABLE lake.ops.changes ADD COLUMN IF NOT EXISTS owner VARCHAR;

-- what a check, a merge or a failed run saw; evidence: JSON. source: what it is derived from (a source's findings go with it)
CREATE TABLE IF NOT EXISTS lake.ops.findings (
    finding VARCHAR, connection VARCHAR, kind VARCHAR, from_at TIMESTAMPTZ, to_at TIMESTAMPTZ, found_at TIMESTAMPTZ,
    source VARCHAR, evidence VARCHAR, resolved_at TIMESTAMPTZ
);

CREATE TABLE IF NOT EXISTS lake.ops.activity (at_time TIMESTAMPTZ, actor VARCHAR, action VARCHAR, connection VARCHAR, detail VARCHAR);

-- one row, touched by every transaction: a holder that lost the commit lock fails on the lake's own conflict
CREATE TABLE IF NOT EXISTS lake.ops.guard (version BIGINT);
INSERT INTO lake.ops.guard SELECT 0 WHERE NOT EXISTS (FROM lake.ops.guard);

-- Derived tables, written by store/marts.py alone and rebuilt from the rest at any time. They hold no word on whether they are
-- complete: views derive it when asked. Money is in the owner's currency; NULL is not known, never 0.

-- what one of an asset was worth in a currency at the end of a day of a time zone; route: the markets it was read from
CREATE TABLE IF NOT EXISTS lake.mart.prices (
    day DATE, zone VARCHAR, asset VARCHAR, currency VARCHAR, close DECIMAL(38,18), route VARCHAR, source VARCHAR, fetched_at TIMESTAMPTZ
);

-- one withdrawal and the deposit it became at another account of the owner; sent, arrived: without and after the fee
CREATE TABLE IF NOT EXISTS lake.mart.transfers (
    owner VARCHAR, out_tx UUID, in_tx UUID, out_connection VARCHAR, in_connection VARCHAR, asset VARCHAR,
    sent DECIMAL(38,18), arrived DECIMAL(38,18), sent_at TIMESTAMPTZ, arrived_at TIMESTAMPTZ, matched_by VARCHAR
);

-- the lots of one asset as they were last reckoned by one method; digest: of everything they follow from.
-- scope: 'owner' (one pool for all accounts) or 'account' (one for each)
CREATE TABLE IF NOT EXISTS lake.mart.pools (
    pool BIGINT, owner VARCHAR, method VARCHAR, scope VARCHAR, asset VARCHAR, digest VARCHAR, built_at TIMESTAMPTZ
);

-- a part of one disposal and the lot it used up. cost, proceeds: fees counted in; fee: what of the disposal's proceeds was fee, with
-- its last part. acquired_tx NULL: nothing known brought it, or an averaged pool
CREATE TABLE IF NOT EXISTS lake.mart.gains (
    pool BIGINT, connection VARCHAR, what VARCHAR, acquired_at TIMESTAMPTZ, disposed_at TIMESTAMPTZ, quantity DECIMAL(38,18), cost DECIMAL(38,18), proceeds DECIMAL(38,18),
    fee DECIMAL(38,18), acquired_tx UUID, disposed_tx UUID, flags VARCHAR
);

-- a lot, or the rest of one, that no disposal used up; place: 'held', 'outside' (left without a price), 'transit' (an own transfer
-- not arrived). connection: where it is, NULL where one pool serves all accounts
CREATE TABLE IF NOT EXISTS lake.mart.lots (
    pool BIGINT, connection VARCHAR, place VARCHAR, acquired_at TIMESTAMPTZ,
    left_at TIMESTAMPTZ, quantity DECIMAL(38,18), cost DECIMAL(38,18), acquired_tx UUID, left_tx UUID, flags VARCHAR
);

-- what came in with nothing sold for it, or was paid with nothing bought; category: reward, rebate, fee, margin, funding, liquidation
CREATE TABLE IF NOT EXISTS lake.mart.income (
    owner VARCHAR, connection VARCHAR, occurred_at TIMESTAMPTZ, category VARCHAR, asset VARCHAR, quantity DECIMAL(38,18),
    value DECIMAL(38,18), tx_id UUID
);

-- one reckoning of one owner by one method: from what, by which rules, when. chosen_at: when the owner asked for this method.
-- complete_until, spoiled_by: as the accounts stood then. snapshot: the lake's, to read again what it was reckoned from.
-- commit_number: of the lake's last commit before the reckoning began (ops.guard). rules: the number of the rules it was made by
-- (core.rules); own_prices: how many prices their owner had entered in that currency and zone
CREATE TABLE IF NOT EXISTS lake.mart.published (
    owner VARCHAR, method VARCHAR, scope VARCHAR, currency VARCHAR, zone VARCHAR, digest VARCHAR, version VARCHAR, snapshot BIGINT,
    transactions BIGINT, missing_prices BIGINT, built_at TIMESTAMPTZ, chosen_at TIMESTAMPTZ, complete_until TIMESTAMPTZ, spoiled_by VARCHAR
);
ALTER TABLE lake.mart.published ADD COLUMN IF NOT EXISTS commit_number BIGINT;
ALTER TABLE lake.mart.published ADD COLUMN IF NOT EXISTS rules INTEGER;
ALTER TABLE lake.mart.published ADD COLUMN IF NOT EXISTS own_prices BIGINT;

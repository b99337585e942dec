-- What analysts read of the derived tables, the owner's choice of method among them, and what is held when.

-- The rules of reckoning as they are now: one number, which rises when they change, so that what was reckoned by older ones is stale
-- and is reckoned again.
CREATE OR REPLACE VIEW lake.core.rules AS SELECT 3 AS rules;

-- one reckoning, whether it is the owner's choice, and whether any transaction of the owner's has come, changed or gone since it
-- began, a price was entered, the owner reckons otherwise by now, or it was made by older rules. complete_until: as of the moment of
-- asking
CREATE OR REPLACE VIEW lake.main.published AS
WITH changed AS (
    SELECT coalesce(x.owner, c.owner) AS owner, max(x.commit_number) AS commit_number
    FROM lake.ops.changes x LEFT JOIN lake.ops.connections c USING (connection) GROUP BY ALL
), came_in AS (
    -- of lakes that were published before changes were noted
    SELECT c.owner, max(at_time) AS at_time FROM (
        SELECT connection, ended_at AS at_time FROM lake.ops.runs WHERE new_transactions > 0
        UNION ALL SELECT connection, greatest(uploaded_at, undone_at) FROM lake.ops.uploads
    ) JOIN lake.ops.connections c USING (connection) GROUP BY c.owner
), entered AS (
    -- prices are never taken out: how many there are tells whether one was added
    SELECT currency, zone, count(*) AS own_prices FROM lake.mart.prices WHERE source = 'owner' GROUP BY currency, zone
)
SELECT p.owner, p.method, p.scope, p.chosen_at IS NOT NULL AS chosen, p.currency, p.zone, p.built_at,
    coalesce(CASE WHEN p.commit_number IS NULL THEN i.at_time > p.built_at ELSE x.commit_number > p.commit_number END, false)
        OR (p.currency, p.zone) <> (coalesce(o.currency, 'EUR'), coalesce(o.time_zone, 'UTC'))
        OR p.rules IS DISTINCT FROM (SELECT rules FROM lake.core.rules) OR p.own_prices IS DISTINCT FROM coalesce(e.own_prices, 0) AS stale,
    c.complete_until, coalesce(c.complete, false) AS complete, c.spoiled_by, p.transactions, p.missing_prices, p.version, p.snapshot, p.digest
FROM lake.mart.published p LEFT JOIN lake.core.proven_by_owner c USING (owner) LEFT JOIN came_in i USING (owner) LEFT JOIN changed x USING (owner)
LEFT JOIN lake.ops.owners o USING (owner) LEFT JOIN entered e ON e.currency = p.currency AND e.zone = p.zone;

-- a part of one disposal and the lot it used up, by every method that was reckoned; gain NULL: cost or proceeds are not known.
-- highest_gain: as if an unknown cost were none. tax_year: the year in which the owner's year of the disposal began
CREATE OR REPLACE VIEW lake.main.gains_by_method AS
SELECT s.owner, s.method, s.scope, p.chosen, s.asset, g.connection, g.what, g.acquired_at, g.disposed_at,
    year(g.disposed_at AT TIME ZONE p.zone)
        - (strftime(g.disposed_at AT TIME ZONE p.zone, '%m-%d') < coalesce(o.year_starts, '01-01'))::INTEGER AS tax_year,
    g.quantity, g.cost, g.proceeds, g.fee, g.proceeds - g.cost AS gain, g.proceeds - coalesce(g.cost, 0) AS highest_gain, p.currency,
    g.flags, g.flags IS NULL AND g.proceeds - g.cost IS NOT NULL AND NOT p.stale
        AND coalesce(g.disposed_at < p.complete_until, false) AS complete,
    g.acquired_tx, g.disposed_tx
FROM lake.mart.gains g JOIN lake.mart.pools s USING (pool) JOIN lake.main.published p USING (owner, method, scope)
LEFT JOIN lake.ops.owners o ON o.owner = s.owner;

-- the same by the method the owner chose
CREATE OR REPLACE VIEW lake.main.gains AS
SELECT * EXCLUDE (chosen) FROM lake.main.gains_by_method WHERE chosen;

-- a disposal of more than is known to have been acquired, and a gap before it that may explain why (one row for each)
CREATE OR REPLACE VIEW lake.main.shortfalls AS
SELECT s.owner, s.asset, g.connection, g.disposed_at, g.disposed_tx, g.what, g.quantity AS missing, g.proceeds,
    x.connection AS gap_connection, x.stream AS gap_stream, x.scope AS gap_scope, x.from_at AS gap_from, x.to_at AS gap_to, x.why AS gap_why
FROM lake.mart.gains g JOIN lake.mart.pools s USING (pool) JOIN lake.main.published p USING (owner, method, scope)
LEFT JOIN (SELECT c.owner, a.* FROM lake.main.gaps a JOIN lake.ops.connections c USING (connection) WHERE a.books) x
    ON x.owner = s.owner AND x.from_at < g.disposed_at AND (s.scope = 'owner' OR x.connection = g.connection)
WHERE p.chosen AND g.flags LIKE '%short_fall%';

-- a lot, or what is left of it, by the owner's method. place: held, outside (left without a price), transit
CREATE OR REPLACE VIEW lake.main.lots AS
SELECT s.owner, s.method, s.scope, s.asset, l.connection, l.place, l.acquired_at, l.left_at, l.quantity, l.cost, p.currency, l.flags,
    l.flags IS NULL AND l.cost IS NOT NULL AND p.complete AND NOT p.stale AS complete, l.acquired_tx, l.left_tx
FROM lake.mart.lots l JOIN lake.mart.pools s USING (pool) JOIN lake.main.published p USING (owner, method, scope) WHERE p.chosen;

-- one thing received or paid with nothing given for it, at its value on the day
CREATE OR REPLACE VIEW lake.main.income AS
SELECT i.owner, i.connection, i.occurred_at, i.category, i.asset, i.quantity, i.value, p.currency,
    year(i.occurred_at AT TIME ZONE p.zone)
        - (strftime(i.occurred_at AT TIME ZONE p.zone, '%m-%d') < coalesce(o.year_starts, '01-01'))::INTEGER AS tax_year,
    i.value IS NOT NULL AND NOT p.stale AND coalesce(i.occurred_at < p.complete_until, false) AS complete, i.tx_id
FROM lake.mart.income i JOIN lake.main.published p ON p.owner = i.owner AND p.chosen
LEFT JOIN lake.ops.owners o ON o.owner = i.owner;

-- one reward: staking, interest, airdrop
CREATE OR REPLACE VIEW lake.main.rewards AS
SELECT * EXCLUDE (category) FROM lake.main.income WHERE category = 'reward';

-- one trade or conversion
CREATE OR REPLACE VIEW lake.main.trades AS
SELECT connection, exchange, tx_id, native_id, occurred_at, kind, market, side, price, out_asset, out_amount, in_asset, in_amount,
    fee_asset, fee_amount, legs, origin, order_id
FROM lake.main.transactions WHERE kind IN ('trade', 'conversion');

-- one withdrawal or deposit; other_connection, other_tx: its other end, where it is one between own accounts
CREATE OR REPLACE VIEW lake.main.transfers AS
WITH ends AS (
    SELECT out_tx AS tx_id, in_tx AS other_tx, in_connection AS other_connection, matched_by FROM lake.mart.transfers
    UNION ALL
    SELECT in_tx, out_tx, out_connection, matched_by FROM lake.mart.transfers
)
SELECT t.connection, t.exchange, t.tx_id, t.occurred_at, t.kind, coalesce(t.out_asset, t.in_asset) AS asset,
    coalesce(t.in_amount, -t.out_amount) AS amount, t.fee_asset, t.fee_amount, t.tx_hash, e.other_connection, e.other_tx, e.matched_by
FROM lake.main.transactions t LEFT JOIN ends e USING (tx_id)
WHERE t.kind IN ('deposit', 'withdrawal') OR (t.kind = 'transfer' AND (t.out_asset IS NULL OR t.in_asset IS NULL));

-- what one of an asset was worth at the end of a day
CREATE OR REPLACE VIEW lake.main.prices AS
SELECT day, zone, asset, currency, close, route, source, fetched_at FROM lake.mart.prices;

-- what an account held of an asset at the end of each UTC day on which that changed
CREATE OR REPLACE VIEW lake.main.balances_daily AS
SELECT c.owner, d.connection, d.asset, d.day, sum(d.moved) OVER (PARTITION BY d.connection, d.asset ORDER BY d.day) AS amount,
    coalesce(p.proven_until >= d.day + INTERVAL 1 DAY, false) AS complete
FROM (
    SELECT connection, asset, (occurred_at AT TIME ZONE 'UTC')::DATE AS day, sum(amount) AS moved FROM lake.core.legs GROUP BY ALL
) d JOIN lake.ops.connections c USING (connection) LEFT JOIN lake.core.proven p USING (connection);

-- What analysts read. Views state what completeness rests on and derive `complete` from the moment of asking: a lake that
-- nobody feeds any more stops calling itself complete by itself.

-- one statement of coverage, with its basis
CREATE OR REPLACE VIEW lake.main.coverage AS
SELECT connection, stream, scope, from_at, to_at, basis, source, stated_at FROM lake.core.coverage;

-- one stretch of time of one scope that should be covered and is not; the last stretch up to now counts after a day. Of a
-- connection that its owner froze, nothing is expected after that moment
CREATE OR REPLACE VIEW lake.main.gaps AS
WITH expected AS (
    SELECT s.connection, s.stream, s.scope, s.books, s.unreachable, c.history_from, c.cause,
        least(now(), coalesce(c.frozen_at, now())) AS ends_at
    FROM lake.ops.scopes s JOIN lake.ops.connections c USING (connection)
), edges AS (
    SELECT connection, stream, scope, history_from AS from_at, history_from AS to_at FROM expected
    UNION ALL
    SELECT e.connection, e.stream, e.scope, greatest(c.from_at, e.history_from), c.to_at
    FROM expected e JOIN lake.core.coverage c
        ON c.connection = e.connection AND c.stream = e.stream AND c.scope IN (e.scope, 'all') AND c.to_at > e.history_from
    UNION ALL
    SELECT connection, stream, scope, ends_at, ends_at FROM expected
), walked AS (
    SELECT connection, stream, scope, from_at AS resumes_at,
        max(to_at) OVER (PARTITION BY connection, stream, scope ORDER BY from_at, to_at
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS covered_to
    FROM edges
)
SELECT w.connection, w.stream, w.scope, w.covered_to AS from_at, w.resumes_at AS to_at,
    CASE WHEN e.unreachable IS NOT NULL THEN e.unreachable
         WHEN w.resumes_at >= e.ends_at AND e.cause IS NOT NULL THEN 'imports stopped: ' || e.cause
         WHEN w.resumes_at >= e.ends_at AND w.covered_to <= e.history_from THEN 'never read'
         WHEN w.resumes_at >= e.ends_at THEN 'not read since'
         ELSE 'not proven complete' END AS why,
    e.books
FROM walked w JOIN expected e USING (connection, stream, scope)
WHERE w.resumes_at > w.covered_to AND (w.resumes_at < e.ends_at OR w.covered_to < e.ends_at - INTERVAL 26 HOUR);

-- one connection: until when everything that moves its balances is proven, and what spoils it. Where reported balances differ
-- from the legs something is missing that no stretch of time shows, since they last agreed
CREATE OR REPLACE VIEW lake.main.completeness AS
WITH holes AS (
    SELECT connection, min(from_at) AS first_gap_at, count(*) AS gap_count,
        string_agg(DISTINCT stream || CASE WHEN scope = 'all' THEN '' ELSE ' ' || scope END || ': ' || why, '; ') AS spoiled_by
    FROM lake.main.gaps WHERE books GROUP BY connection
), reached AS (
    SELECT s.connection, min(coalesce(c.read_until, k.history_from)) AS read_until
    FROM lake.ops.scopes s JOIN lake.ops.connections k USING (connection) LEFT JOIN (
        SELECT connection, stream, scope, max(to_at) AS read_until FROM lake.core.coverage GROUP BY ALL
    ) c ON c.connection = s.connection AND c.stream = s.stream AND c.scope IN (s.scope, 'all')
    WHERE s.books GROUP BY s.connection
), differing AS (
    SELECT connection, min(from_at) AS agreed_until,
        'reported balances differ: ' || string_agg(array_to_string(json_keys(evidence), ', '), ', ') AS spoiled_by
    FROM lake.ops.findings WHERE kind = 'balance_differs' AND resolved_at IS NULL GROUP BY connection
)
SELECT c.connection, c.history_from, least(h.first_gap_at, d.agreed_until, r.read_until) AS complete_until, r.read_until,
    h.connection IS NULL AND d.connection IS NULL AND r.read_until IS NOT NULL AS complete, coalesce(h.gap_count, 0) AS gap_count,
    nullif(concat_ws('; ', h.spoiled_by, d.spoiled_by), '') AS spoiled_by, c.frozen_at
FROM lake.ops.connections c LEFT JOIN holes h USING (connection) LEFT JOIN differing d USING (connection)
LEFT JOIN reached r USING (connection);

-- one connection as it stands
CREATE OR REPLACE VIEW lake.main.connections AS
SELECT c.connection, c.owner, c.exchange, c.state, c.cause, c.last_success_at, p.complete_until, p.complete, c.key_expires_at,
    c.history_from, c.account_id, c.frozen_at
FROM lake.ops.connections c LEFT JOIN lake.main.completeness p USING (connection);

-- one signed movement of one asset in one wallet
CREATE OR REPLACE VIEW lake.main.legs AS
SELECT l.connection, c.exchange, l.tx_id, l.n, l.occurred_at, l.role, l.wallet, l.asset, l.amount
FROM lake.core.legs l LEFT JOIN lake.ops.connections c USING (connection);

-- one event; amounts are magnitudes; where an event does not fit the columns they are NULL and `legs` counts what is in `legs`
CREATE OR REPLACE VIEW lake.main.transactions AS
SELECT t.connection, c.exchange, t.tx_id, t.native_id, t.occurred_at, t.kind, t.market, t.side, t.price,
    t.out_asset, t.out_amount, t.in_asset, t.in_amount, t.fee_asset, t.fee_amount, t.legs, t.origin,
    t.order_id, t.tx_hash, t.source_type, t.note, t.first_seen
FROM lake.core.transactions t LEFT JOIN lake.ops.connections c USING (connection);

-- one asset of one connection: the sum of its legs, as of when, and whether anything is missing behind it
CREATE OR REPLACE VIEW lake.main.balances AS
SELECT l.connection, l.asset, sum(l.amount) AS amount, p.complete_until AS as_of, coalesce(p.complete, false) AS complete
FROM lake.core.legs l LEFT JOIN lake.main.completeness p USING (connection)
GROUP BY l.connection, l.asset, p.complete_until, p.complete;

-- one asset in one wallet at the last time its exchange reported it
CREATE OR REPLACE VIEW lake.main.reported_balances AS
SELECT connection, wallet, asset, amount, reported_at FROM lake.core.balances
QUALIFY reported_at = max(reported_at) OVER (PARTITION BY connection);

-- one file of an owner and what became of its lines
CREATE OR REPLACE VIEW lake.main.uploads AS
SELECT upload, connection, layout, file_name, uploaded_at, lines, used, skipped, quarantined, from_at, to_at, basis, state, undone_at
FROM lake.ops.uploads;

-- one source behind a transaction: the page or the upload, and the line in it
CREATE OR REPLACE VIEW lake.main.sources AS
SELECT connection, tx_id, origin, source, line, layout, namespace, row_id FROM lake.core.rows WHERE tx_id IS NOT NULL;

-- one line that is not behind any transaction, and why
CREATE OR REPLACE VIEW lake.main.line_fates AS
SELECT connection, source, line, fate, rule, column_name, value, why FROM lake.ops.line_fates;

CREATE OR REPLACE VIEW lake.main.findings AS
SELECT finding, connection, kind, from_at, to_at, found_at, resolved_at, source, evidence FROM lake.ops.findings;

CREATE OR REPLACE VIEW lake.main.runs AS
SELECT run_id, connection, kind, started_at, ended_at, ok, cause, message, pages, row_count, new_transactions FROM lake.ops.runs;

CREATE OR REPLACE VIEW lake.main.activity AS
SELECT at_time, actor, action, connection, detail FROM lake.ops.activity;

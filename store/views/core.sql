-- What analysts read. Views state what completeness rests on and derive `complete` from the moment of asking: a lake that
-- nobody feeds any more stops calling itself complete by itself.

-- one id by which an exchange names an event or a row of it; a row that tells again what another one tells keeps its ids
CREATE OR REPLACE VIEW lake.core.transaction_ids AS
WITH named AS (
    SELECT connection, tx_id, namespace, row_id, event_id, order_id, tx_hash FROM lake.core.rows WHERE tx_id IS NOT NULL
)
SELECT connection, namespace, row_id AS id, tx_id FROM named WHERE row_id IS NOT NULL
UNION
SELECT connection, 'event', event_id, tx_id FROM named WHERE event_id IS NOT NULL
UNION
SELECT connection, 'order', order_id, tx_id FROM named WHERE order_id IS NOT NULL
UNION
SELECT connection, 'tx_hash', tx_hash, tx_id FROM named WHERE tx_hash IS NOT NULL;

-- one statement of coverage, with its basis
CREATE OR REPLACE VIEW lake.main.coverage AS
SELECT connection, stream, scope, from_at, to_at, basis, source, stated_at FROM lake.core.coverage;

-- one stretch of time of one scope that should be covered and is not, however short it is. fresh: it is the last one and not yet
-- older than a day, which is what an import that works leaves open; of one that is known to have stopped, or has read nothing yet,
-- nothing is. Of a connection that its owner froze, nothing is expected after that moment; nor is anything read any more, so what
-- the last sync left open stays so, unless it went well within two hours of it (the schedule is hourly)
CREATE OR REPLACE VIEW lake.core.uncovered AS
WITH stopped AS (
    SELECT connection, any_value(array_to_string(from_json(causes, '["VARCHAR"]'), ' or ')) AS causes
    FROM lake.ops.incidents WHERE kind = 'import_stopped' AND state <> 'closed' GROUP BY connection
), expected AS (
    SELECT s.connection, s.stream, s.scope, s.books, s.unreachable, c.history_from, coalesce(c.cause, i.causes) AS cause,
        i.connection IS NULL AND (c.frozen_at IS NULL
            OR coalesce(c.cause IS NULL AND c.last_success_at >= c.frozen_at - INTERVAL 2 HOUR, false)) AS imports,
        least(now(), coalesce(c.frozen_at, now())) AS ends_at
    FROM lake.ops.scopes s JOIN lake.ops.connections c USING (connection) LEFT JOIN stopped i USING (connection)
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
SELECT w.connection, w.stream, w.scope, w.covered_to AS from_at, least(w.resumes_at, e.ends_at) AS to_at,
    CASE WHEN e.unreachable IS NOT NULL THEN e.unreachable
         WHEN w.resumes_at >= e.ends_at AND e.cause IS NOT NULL THEN 'imports stopped: ' || e.cause
         WHEN w.resumes_at >= e.ends_at AND w.covered_to <= e.history_from THEN 'never read'
         WHEN w.resumes_at >= e.ends_at THEN 'not read since'
         ELSE 'not proven complete' END AS why,
    e.books, e.imports AND w.resumes_at >= e.ends_at AND w.covered_to >= e.ends_at - INTERVAL 26 HOUR
        AND w.covered_to > e.history_from AS fresh
FROM walked w JOIN expected e USING (connection, stream, scope)
WHERE w.resumes_at > w.covered_to AND w.covered_to < e.ends_at;

-- one stretch of time of one scope that should be covered and is not; the last stretch up to now counts as soon as imports are known
-- to have stopped, else after a day
CREATE OR REPLACE VIEW lake.main.gaps AS
SELECT connection, stream, scope, from_at, to_at, why, books FROM lake.core.uncovered WHERE NOT fresh;

-- one reason for which a stretch of time of a connection cannot be called complete: a gap in what moves balances, or something
-- that a check found to be missing there although every stretch is covered. A finding that has an end is missing before it, as in a
-- gap; what made a balance differ or go below zero is missing somewhere before, so nothing since is sure. to_at NULL: without end.
-- stream, scope, cause: of a gap, by which parts that miss the same are told as one
CREATE OR REPLACE VIEW lake.core.spoilers AS
SELECT connection, stream, scope, from_at, to_at, fresh, true AS is_gap,
    concat(stream, CASE WHEN scope <> 'all' THEN ' ' || scope END, ': ', why) AS why, why AS cause
FROM lake.core.uncovered WHERE books
UNION ALL
SELECT f.connection, NULL, NULL, CASE f.kind WHEN 'negative_balance' THEN c.history_from ELSE f.from_at END,
    CASE f.kind WHEN 'quarantined' THEN coalesce(f.to_at, f.from_at + INTERVAL 1 DAY)
        WHEN 'chain_broken' THEN f.to_at WHEN 'count_differs' THEN f.to_at WHEN 'coverage_hole' THEN f.to_at END,
    false, false, CASE f.kind
        WHEN 'balance_differs' THEN 'reported balances differ: ' || array_to_string(json_keys(f.evidence), ', ')
        WHEN 'negative_balance' THEN 'more went out than came in: ' || array_to_string(json_keys(f.evidence), ', ')
        WHEN 'chain_broken' THEN 'the exchange''s own balances do not continue: ' || f.source
        WHEN 'count_differs' THEN 'the exchange counts more: ' || array_to_string(json_keys(f.evidence), ', ')
        WHEN 'duplicates' THEN CASE WHEN f.source = 'transactions' THEN 'transactions that stand twice' ELSE json_keys(f.evidence)[1] END
        WHEN 'edge_of_two_files' THEN strftime(f.from_at, 'one row or two where two files meet: %Y-%m-%d %H:%M:%S')
        WHEN 'fee_untold' THEN 'fees that no file tells: ' || array_to_string(json_keys(f.evidence), ', ')
        WHEN 'coverage_hole' THEN 'nothing known of ' || array_to_string(json_keys(f.evidence), ', ')
        ELSE 'lines that could not be read: ' || len(json_keys(f.evidence)) END, NULL
FROM lake.ops.findings f JOIN lake.ops.connections c USING (connection)
WHERE f.resolved_at IS NULL AND (f.kind IN (
    'balance_differs', 'chain_broken', 'count_differs', 'coverage_hole', 'duplicates', 'fee_untold', 'negative_balance', 'quarantined')
    -- where nothing is asked by API, no balance would tell
    OR f.kind = 'edge_of_two_files' AND c.last_success_at IS NULL);

-- a connection of which its owner said that nothing is to be asked before a day
CREATE OR REPLACE VIEW lake.core.begun_by_word AS
SELECT connection, history_from FROM lake.ops.connections WHERE json_extract_string(settings, 'since') IS NOT NULL;

-- one word of an owner: an adjustment, a finding that is settled, a line that is waived or corrected, a file that is whole, what
-- was sent to a place of the own, or a correction that is taken back
CREATE OR REPLACE VIEW lake.main.corrections AS
SELECT c.connection, c.correction, c.made_at, c.made_by, c.target, c.says, NOT EXISTS (
    FROM lake.ops.corrections later WHERE later.connection = c.connection AND later.target = 'correction ' || c.correction) AS in_force
FROM lake.ops.corrections c;

-- one asset that left a connection for places of its owner's own, in a stretch of time, by their word
CREATE OR REPLACE VIEW lake.core.sent_to_own AS
WITH said AS (
    SELECT c.connection, split_part(c.target, ' ', 2) AS asset, TRY_CAST(split_part(c.target, ' ', 3) AS DATE) AS first_day,
        TRY_CAST(split_part(c.target, ' ', 4) AS DATE) AS last_day, c.made_at, c.says, coalesce(o.time_zone, 'UTC') AS zone
    FROM lake.main.corrections c JOIN lake.ops.connections k USING (connection) LEFT JOIN lake.ops.owners o USING (owner)
    WHERE c.in_force AND starts_with(c.target, 'sent ')
)
SELECT connection, asset, first_day, last_day, made_at, says, timezone(zone, first_day::TIMESTAMP) AS from_at,
    least(timezone(zone, last_day + INTERVAL 1 DAY), made_at) AS to_at
FROM said;

-- what rests on less than proof, or is not imported at all: one remark about one stretch of a connection; to_at NULL: without end
CREATE OR REPLACE VIEW lake.core.remarks AS
SELECT connection, from_at, to_at, concat(stream, CASE WHEN scope <> 'all' THEN ' ' || scope END, ' rests on your word') AS remark
FROM lake.core.coverage WHERE basis = 'owner'
UNION ALL
SELECT connection, frozen_at, NULL, 'frozen on ' || strftime(frozen_at, '%Y-%m-%d') || ': nothing afterwards is in here'
FROM lake.ops.connections WHERE frozen_at IS NOT NULL
UNION ALL
SELECT connection, TIMESTAMPTZ '1970-01-01 00:00:00+00', NULL, 'nothing before ' || strftime(history_from, '%Y-%m-%d') || ' was asked for, by your word'
FROM lake.core.begun_by_word
UNION ALL
-- remarks are joined by semicolons, which an owner's words must not hold
SELECT connection, from_at, to_at, concat(asset, ' that left ', CASE WHEN first_day = last_day THEN concat('on ', first_day)
    ELSE concat('from ', first_day, ' to ', last_day) END, ' lies at a place of your own, by your word: ', replace(says, ';', ','))
FROM lake.core.sent_to_own
UNION ALL
SELECT n.connection, c.history_from, NULL, concat('not imported', CASE WHEN n.by_right THEN ', though the key may use it' END, ': ', n.part)
FROM lake.core.not_imported n JOIN lake.ops.connections c USING (connection)
UNION ALL
SELECT connection, from_at, CASE kind WHEN 'rewards_ceased' THEN to_at END, CASE kind
        WHEN 'not_imported' THEN 'not imported, though used since ' || strftime(from_at, '%Y-%m-%d') || ': ' || source
        ELSE 'came regularly, and no more: ' || source END
FROM lake.ops.findings WHERE kind IN ('not_imported', 'rewards_ceased') AND resolved_at IS NULL
UNION ALL
-- after a day, because checks run each night where `gapless up` does
SELECT connection, TIMESTAMPTZ '1970-01-01 00:00:00+00', NULL,
    'what came in since ' || strftime(min(changed_at), '%Y-%m-%d') || ' was looked at by no check: `gapless check`'
FROM lake.ops.changes LEFT JOIN (
    SELECT connection, max(checked_at) AS checked_at FROM lake.ops.check_results GROUP BY connection
) USING (connection)
WHERE changed_at > coalesce(checked_at, '-infinity') AND connection <> ''
GROUP BY connection HAVING min(changed_at) < now() - INTERVAL 26 HOURS;

-- one connection: until when everything that moves its balances is proven, and what spoils it
CREATE OR REPLACE VIEW lake.main.completeness AS
WITH alike AS (
    SELECT *, count(DISTINCT scope) OVER (PARTITION BY connection, stream, cause) AS parts FROM lake.core.spoilers WHERE NOT fresh
), worded AS (
    SELECT * REPLACE (CASE WHEN parts > 3 THEN format('{} ({} parts): {}', stream, parts, cause) ELSE why END AS why) FROM alike
), spoilt AS (
    SELECT connection, min(from_at) AS first_at, count(*) FILTER (is_gap) AS gap_count,
        -- of many reasons ten are told: those that are no mere gap first
        list_transform(list_sort(list(DISTINCT {'is_gap': is_gap, 'why': why})), lambda one: one.why) AS whys
    FROM worded GROUP BY connection
), read_scopes AS (
    SELECT s.connection, coalesce(max(c.to_at), any_value(k.history_from)) AS read_until
    FROM lake.ops.scopes s JOIN lake.ops.connections k USING (connection)
    LEFT JOIN lake.core.coverage c ON c.connection = s.connection AND c.stream = s.stream AND c.scope IN (s.scope, 'all')
    WHERE s.books GROUP BY s.connection, s.stream, s.scope
), reached AS (
    SELECT connection, min(read_until) AS read_until FROM read_scopes GROUP BY connection
), remarked AS (
    SELECT connection, string_agg(DISTINCT remark, '; ' ORDER BY remark) AS notes FROM lake.core.remarks GROUP BY connection
)
SELECT c.connection, c.history_from, least(s.first_at, r.read_until) AS complete_until, r.read_until,
    s.connection IS NULL AND r.read_until IS NOT NULL AS complete, coalesce(s.gap_count, 0) AS gap_count,
    array_to_string(s.whys[:10], '; ') || CASE WHEN len(s.whys) > 10 THEN format('; and {} more', len(s.whys) - 10) ELSE '' END AS spoiled_by,
    c.frozen_at, c.owner, n.notes
FROM lake.ops.connections c LEFT JOIN spoilt s USING (connection) LEFT JOIN reached r USING (connection)
LEFT JOIN remarked n USING (connection);

-- one connection: until when all that should be in here is; without end where it was frozen and nothing is missing, since nothing
-- is expected afterwards
CREATE OR REPLACE VIEW lake.core.proven AS
SELECT connection, owner, complete, spoiled_by, CASE WHEN complete AND frozen_at IS NOT NULL THEN 'infinity'::TIMESTAMPTZ
    ELSE coalesce(complete_until, history_from) END AS proven_until, coalesce(complete_until, history_from) AS complete_until
FROM lake.main.completeness;

-- one owner: until when all that should be in here is, over all connections
CREATE OR REPLACE VIEW lake.core.proven_by_owner AS
SELECT owner, coalesce(min(proven_until) FILTER (WHERE proven_until < 'infinity'), max(complete_until)) AS complete_until,
    bool_and(complete) AS complete, string_agg(connection || ': ' || spoiled_by, '; ' ORDER BY connection) AS spoiled_by
FROM lake.core.proven GROUP BY owner;

-- one year of one owner: it begins where the owner says that years begin, in the owner's time zone, and is named by that day's year.
-- A connection of which its owner wanted nothing before a day is a part of the earlier years too, by that word
CREATE OR REPLACE VIEW lake.core.years AS
WITH owned AS (
    SELECT c.connection, c.owner, coalesce(o.time_zone, 'UTC') AS time_zone, coalesce(o.year_starts, '01-01') AS year_starts,
        CASE WHEN b.connection IS NULL THEN c.history_from ELSE min(c.history_from) OVER (PARTITION BY c.owner) END AS history_from,
        least(now(), coalesce(c.frozen_at, now())) AS ends_at
    FROM lake.ops.connections c LEFT JOIN lake.ops.owners o USING (owner) LEFT JOIN lake.core.begun_by_word b USING (connection)
), counted AS (
    SELECT *, unnest(range(year(timezone(time_zone, history_from)) - 1, year(timezone(time_zone, ends_at)) + 1)) AS year FROM owned
), dated AS (
    SELECT *, timezone(time_zone, (year || '-' || year_starts)::TIMESTAMP) AS from_at,
        timezone(time_zone, (year + 1 || '-' || year_starts)::TIMESTAMP) AS to_at
    FROM counted
)
SELECT connection, owner, year, from_at, to_at, ends_at FROM dated WHERE to_at > history_from AND from_at < ends_at;

-- one year of one connection: a year that is over is complete only if nothing of it is open, be it the last hour of it
CREATE OR REPLACE VIEW lake.main.completeness_by_year AS
WITH alike AS (
    SELECT s.*, y.year, greatest(s.from_at, y.from_at) AS first_at,
        count(DISTINCT s.scope) OVER (PARTITION BY y.connection, y.year, s.stream, s.cause) AS parts
    FROM lake.core.years y JOIN lake.core.spoilers s
        ON s.connection = y.connection AND s.from_at < least(y.to_at, y.ends_at) AND (s.to_at IS NULL OR s.to_at > y.from_at)
            AND NOT (s.fresh AND y.to_at > y.ends_at)
), worded AS (
    SELECT * REPLACE (CASE WHEN parts > 3 THEN format('{} ({} parts): {}', stream, parts, cause) ELSE why END AS why) FROM alike
), spoilt AS (
    SELECT connection, year, min(first_at) AS first_at, count(*) FILTER (is_gap) AS gap_count,
        -- of many reasons ten are told: those that are no mere gap first
        list_transform(list_sort(list(DISTINCT {'is_gap': is_gap, 'why': why})), lambda one: one.why) AS whys
    FROM worded GROUP BY connection, year
), remarked AS (
    SELECT y.connection, y.year, string_agg(DISTINCT r.remark, '; ' ORDER BY r.remark) AS notes
    FROM lake.core.years y JOIN lake.core.remarks r
        ON r.connection = y.connection AND r.from_at < y.to_at AND (r.to_at IS NULL OR r.to_at > y.from_at)
    GROUP BY y.connection, y.year
)
SELECT y.owner, y.connection, y.year::INTEGER AS year, y.from_at, y.to_at, s.connection IS NULL AND c.read_until IS NOT NULL AS complete,
    least(s.first_at, y.to_at, greatest(c.read_until, y.from_at)) AS complete_until, coalesce(s.gap_count, 0) AS gap_count,
    array_to_string(s.whys[:10], '; ') || CASE WHEN len(s.whys) > 10 THEN format('; and {} more', len(s.whys) - 10) ELSE '' END AS spoiled_by,
    n.notes
FROM lake.core.years y JOIN lake.main.completeness c USING (connection)
LEFT JOIN spoilt s USING (connection, year) LEFT JOIN remarked n USING (connection, year);

-- one year of one owner over all connections: complete only if each of them is. What was frozen in the year with nothing missing
-- keeps nothing afterwards from being complete
CREATE OR REPLACE VIEW lake.main.completeness_by_owner AS
SELECT y.owner, y.year, min(y.from_at) AS from_at, max(y.to_at) AS to_at, bool_and(y.complete) AS complete,
    coalesce(min(y.complete_until) FILTER (WHERE NOT (y.complete AND coalesce(c.frozen_at < y.to_at, false))), max(y.complete_until))
        AS complete_until,
    sum(y.gap_count)::BIGINT AS gap_count, string_agg(y.connection || ': ' || y.spoiled_by, '; ' ORDER BY y.connection) AS spoiled_by,
    string_agg(y.connection || ': ' || y.notes, '; ' ORDER BY y.connection) AS notes
FROM lake.main.completeness_by_year y JOIN lake.ops.connections c USING (connection) GROUP BY y.owner, y.year;

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

-- one asset of one connection: the sum of its legs, as of when, and what is missing behind it, if anything is
CREATE OR REPLACE VIEW lake.main.balances AS
SELECT l.connection, l.asset, l.amount, p.complete_until AS as_of, coalesce(p.complete, false) AS complete, p.spoiled_by, p.notes
FROM (SELECT connection, asset, sum(amount) AS amount FROM lake.core.legs GROUP BY connection, asset) l
LEFT JOIN lake.main.completeness p USING (connection);

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

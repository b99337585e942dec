-- One kind of rewards in one asset that came as regularly as by a clock, and then not for more than four times its longest pause, in
-- time that is covered and that nothing proves. last_at: when it came last; next_at: when it came again, NULL where it did not.
-- Regular: twelve pauses or more over twelve weeks or more, the longest of them at most twice as long as the average. What its owner's
-- own doings bring (buying with a card, inviting friends) is left out. Rewards of one day are one.
WITH days AS (
    SELECT connection, coalesce(source_type, 'reward') AS word, in_asset AS asset, epoch_us(occurred_at) // 86400000000 AS day,
        min(occurred_at) AS first_at, max(occurred_at) AS last_at
    FROM lake.core.transactions WHERE kind = 'reward' AND in_asset IS NOT NULL AND NOT regexp_matches(lower(coalesce(source_type, '')),
        'card|cash|refer|invit|affiliate|commission|trad|bonus|airdrop|gift|learn|quiz|campaign')
    GROUP BY ALL
), apart AS (
    SELECT *, day - lag(day) OVER series AS pause, lead(first_at) OVER series AS next_at FROM days
    WINDOW series AS (PARTITION BY connection, word, asset ORDER BY day)
), paced AS (
    SELECT *, count(pause) OVER before AS pauses, sum(pause) OVER before AS lasted, max(pause) OVER before AS longest FROM apart
    WINDOW before AS (PARTITION BY connection, word, asset ORDER BY day ROWS UNBOUNDED PRECEDING)
), quiet AS (
    SELECT p.*, coalesce(p.next_at, k.frozen_at, now()) AS until_at, to_days(greatest(4 * longest, 14)::INTEGER) AS patience
    FROM paced p JOIN lake.ops.connections k USING (connection) WHERE pauses >= 12 AND lasted >= 84 AND longest * pauses <= 2 * lasted
), late AS (
    -- up to the first moment that nobody has read; that is a gap, and no silence
    SELECT q.* REPLACE (least(any_value(q.until_at), min(u.from_at)) AS until_at)
    FROM quiet q LEFT JOIN lake.core.uncovered u ON u.connection = q.connection AND u.books AND u.to_at > q.last_at
    WHERE q.until_at > q.last_at + q.patience GROUP BY ALL
), reported AS (
    SELECT connection, asset, reported_at, sum(amount) AS amount FROM lake.core.balances SEMI JOIN late USING (connection, asset) GROUP BY ALL
), reports AS (
    SELECT DISTINCT l.connection, l.asset, b.reported_at FROM late l JOIN lake.core.balances b USING (connection)
), running AS (
    SELECT connection, asset, occurred_at, sum(sum(amount)) OVER (PARTITION BY connection, asset ORDER BY occurred_at) AS amount
    FROM lake.core.legs SEMI JOIN late USING (connection, asset) GROUP BY connection, asset, occurred_at
), agreeing AS (
    SELECT p.connection, p.asset, max(p.reported_at) AS at_time FROM reports p LEFT JOIN reported r USING (connection, asset, reported_at)
    ASOF LEFT JOIN running b ON b.connection = p.connection AND b.asset = p.asset AND p.reported_at >= b.occurred_at
    WHERE coalesce(r.amount, 0) = coalesce(b.amount, 0) GROUP BY ALL
), chained AS (
    SELECT l.connection, l.last_at, max(c.to_at) AS at_time
    FROM late l JOIN lake.core.coverage c ON c.connection = l.connection AND c.basis = 'running_balance' AND c.from_at < l.until_at
    GROUP BY ALL
)
SELECT l.connection, l.word, l.asset, l.last_at, l.next_at, (lasted / pauses)::INTEGER AS usual_days, pauses + 1 AS came
FROM late l LEFT JOIN agreeing a USING (connection, asset) LEFT JOIN chained c USING (connection, last_at)
WHERE l.until_at > greatest(l.last_at, a.at_time, c.at_time) + l.patience

-- Failing means: something stands twice. The lake has no unique constraints, so its own are counted here: a transaction stands once,
-- and has the legs it says it has. An owner may also have connected one account twice, or uploaded a file that was pasted together
-- and tells a stretch of itself again. The owner can disconnect the one, or take the file back and upload it as the exchange gave it.
WITH counted AS (
    SELECT connection, count(*) AS transactions, sum(legs) AS legs FROM lake.core.transactions GROUP BY connection
), apart AS (
    SELECT connection, count(DISTINCT tx_id) AS transactions FROM lake.core.transactions GROUP BY connection
), moves AS (
    SELECT connection, count(*) AS legs FROM lake.core.legs GROUP BY connection
), twins AS (
    SELECT connection FROM lake.ops.connections SEMI JOIN (
        SELECT exchange FROM lake.ops.connections GROUP BY exchange HAVING count(*) > 1) USING (exchange)
), beginnings AS (
    SELECT connection, list_max(min(occurred_at, 200)) AS until
    FROM lake.core.transactions SEMI JOIN twins USING (connection) WHERE native_id IS NOT NULL GROUP BY connection
), ends AS (
    -- the first two hundred of each connection: the same account has the same ones
    SELECT connection, unnest(arg_min({'at': occurred_at, 'id': native_id, 'out': out_amount, 'in': in_amount}, occurred_at, 200)) AS one
    FROM lake.core.transactions JOIN beginnings USING (connection) WHERE native_id IS NOT NULL AND occurred_at <= until GROUP BY connection
), shared AS (
    SELECT connection, max(transactions) AS transactions FROM (
        SELECT a.connection, count(DISTINCT a.one) AS transactions
        FROM ends a JOIN ends b ON b.one = a.one AND b.connection <> a.connection
        JOIN lake.ops.connections x ON x.connection = a.connection
        JOIN lake.ops.connections y ON y.connection = b.connection AND y.exchange = x.exchange
        GROUP BY a.connection, b.connection
    ) GROUP BY connection
), told AS (
    -- one thing that a file without ids tells, and how often; apart: other lines stand between, which equal fills have not
    SELECT connection, source, occurred_at, hash(grain, wallet, out_asset, out_amount, in_asset, in_amount, fee_asset, fee_amount) AS words,
        count(*) AS times, max(line) - min(line) >= count(*) AS apart
    FROM lake.core.rows WHERE origin = 'file' AND row_id IS NULL GROUP BY ALL
), stretches AS (
    SELECT connection, source, times > 1 AS again, occurred_at,
        row_number() OVER (PARTITION BY connection, source ORDER BY occurred_at, words)
            - row_number() OVER (PARTITION BY connection, source, times > 1 ORDER BY occurred_at, words) AS stretch
    FROM told SEMI JOIN (SELECT connection, source FROM told WHERE times > 1) USING (connection, source)
), repeated AS (
    SELECT connection, max(instants) AS instants FROM (
        SELECT connection, count(DISTINCT occurred_at) AS instants FROM stretches WHERE again GROUP BY connection, source, stretch
    ) GROUP BY connection
), whole AS (
    SELECT connection, count(*) AS files FROM (
        SELECT connection FROM told GROUP BY connection, source
        HAVING min(times) > 1 AND count(DISTINCT occurred_at) > if(bool_and(apart), 1, 2)
    ) GROUP BY connection
)
SELECT c.connection, coalesce(s.transactions - a.transactions, 0) AS doubled_transactions, abs(coalesce(s.legs, 0) - coalesce(m.legs, 0))::BIGINT AS stray_legs,
    coalesce(h.transactions, 0) AS shared_transactions, coalesce(r.instants, 0) AS repeated_instants,
    coalesce(w.files, 0) AS wholly_repeated_files
FROM lake.ops.connections c LEFT JOIN counted s USING (connection) LEFT JOIN apart a USING (connection) LEFT JOIN moves m USING (connection)
LEFT JOIN shared h USING (connection) LEFT JOIN repeated r USING (connection) LEFT JOIN whole w USING (connection)
ORDER BY c.connection

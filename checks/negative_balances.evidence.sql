-- One asset in one wallet: the first transaction after which it was below zero, by how much then, and at the worst.
WITH daily AS (
    SELECT connection, wallet, asset, epoch_us(occurred_at) // 86400000000 AS day, sum(amount) AS moved,
        sum(amount) FILTER (amount < 0) AS taken
    FROM lake.core.legs GROUP BY ALL
), running AS (
    SELECT *, sum(moved) OVER (PARTITION BY connection, wallet, asset ORDER BY day) - moved AS held_before FROM daily
), doubtful AS (
    SELECT connection, wallet, asset, day, held_before FROM running WHERE held_before + taken < 0
), hourly AS (
    SELECT l.connection, l.wallet, l.asset, d.day, d.held_before, epoch_us(l.occurred_at) // 3600000000 AS hour, sum(l.amount) AS moved
    FROM lake.core.legs l JOIN doubtful d ON d.connection = l.connection AND d.wallet = l.wallet AND d.asset = l.asset
        AND d.day = epoch_us(l.occurred_at) // 86400000000
    GROUP BY ALL
), held AS (
    SELECT connection, wallet, asset, hour, held_before + sum(moved) OVER (
        PARTITION BY connection, wallet, asset, day ORDER BY hour) AS held
    FROM hourly
), worst AS (
    SELECT connection, wallet, asset, min(hour) AS hour, min(held) AS lowest FROM held WHERE held < 0 GROUP BY ALL
), moments AS (
    SELECT l.connection, l.wallet, l.asset, l.occurred_at, w.hour, w.lowest, min(l.tx_id) AS tx_id, sum(sum(l.amount)) OVER (
        PARTITION BY l.connection, l.wallet, l.asset ORDER BY l.occurred_at) AS held
    FROM lake.core.legs l JOIN worst w USING (connection, wallet, asset)
    WHERE epoch_us(l.occurred_at) // 3600000000 <= w.hour
    GROUP BY l.connection, l.wallet, l.asset, l.occurred_at, w.hour, w.lowest
), first_below AS (
    SELECT * FROM moments WHERE held < 0 AND epoch_us(occurred_at) // 3600000000 = hour
    QUALIFY row_number() OVER (PARTITION BY connection, wallet, asset ORDER BY occurred_at) = 1
)
SELECT connection, wallet || ' ' || asset AS source, occurred_at AS from_at, asset || ' in ' || wallet AS what,
    json_object('at', occurred_at, 'held', held::VARCHAR, 'lowest', lowest::VARCHAR, 'tx_id', tx_id) AS detail
FROM first_below

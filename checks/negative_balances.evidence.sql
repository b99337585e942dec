-- One asset in one wallet: the first transaction after which it was below zero, by how much then, and at the worst.
WITH worst AS (
    SELECT connection, wallet, asset, min(hour) AS hour, min(held) AS lowest FROM below_zero GROUP BY ALL
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

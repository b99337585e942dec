-- Failing means: what left one account of an owner and what arrived at another look like one transfer, but were not matched, so
-- the one may be taken for a sale and the other for a purchase. Matching is done when reports are published; until it was done
-- for these accounts there is no figure. The owner can say which is which, or that they have nothing to do with each other.
WITH published AS (
    SELECT owner, max(built_at) AS built_at FROM lake.mart.published GROUP BY owner
), ends AS (
    SELECT t.connection, c.owner, t.tx_id, t.occurred_at, t.tx_hash, coalesce(t.out_asset, t.in_asset) AS asset,
        t.out_amount, t.in_amount, t.first_seen
    FROM lake.core.transactions t JOIN lake.ops.connections c USING (connection) WHERE t.kind IN ('deposit', 'withdrawal')
), lone AS (
    SELECT e.* FROM ends e JOIN published p ON p.owner = e.owner AND e.first_seen <= p.built_at
    WHERE e.tx_id NOT IN (SELECT out_tx FROM lake.mart.transfers UNION ALL SELECT in_tx FROM lake.mart.transfers)
), alike AS (
    SELECT o.connection AS out_connection, i.connection AS in_connection, o.tx_id AS out_tx
    FROM lone o JOIN lone i ON i.owner = o.owner AND i.asset = o.asset AND i.connection <> o.connection AND i.in_amount > 0
        AND i.occurred_at BETWEEN o.occurred_at - INTERVAL 1 HOUR AND o.occurred_at + INTERVAL 2 DAY
        AND (o.tx_hash = i.tx_hash OR (o.tx_hash IS NULL OR i.tx_hash IS NULL)
            AND i.in_amount <= o.out_amount AND i.in_amount::DOUBLE > 0.95 * o.out_amount::DOUBLE)
    WHERE o.out_amount > 0
), counted AS (
    SELECT out_connection AS connection, count(DISTINCT out_tx) AS transfers FROM alike GROUP BY ALL
), several AS (
    SELECT owner FROM ends GROUP BY owner HAVING count(DISTINCT connection) > 1
)
SELECT c.connection, CASE WHEN v.owner IS NULL OR p.owner IS NOT NULL THEN coalesce(n.transfers, 0) END AS unmatched_transfers
FROM lake.ops.connections c LEFT JOIN counted n USING (connection) LEFT JOIN several v USING (owner) LEFT JOIN published p USING (owner)
ORDER BY c.connection

-- One asset of one odd event: what it moved over all wallets of the account, and what was paid of it as a fee. What only
-- changed its wallet moved nothing.
SELECT o.event, l.asset, coalesce(sum(l.amount) FILTER (WHERE l.role IN ('in', 'out')), 0)::DECIMAL(38,18) AS moved,
    -coalesce(sum(l.amount) FILTER (WHERE l.role NOT IN ('in', 'out')), 0)::DECIMAL(38,18) AS fee
FROM lake.core.legs l JOIN odd o USING (tx_id) GROUP BY o.event, l.asset HAVING moved <> 0 OR fee <> 0

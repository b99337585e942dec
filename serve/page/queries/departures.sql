-- coins of one asset that left one account for a place that nobody knows, though they may have been spent: how many, and in which days
-- of their owner's calendar. Not what lies at a place of the owner's own, by their word
SELECT t.connection, l.asset, count(DISTINCT l.left_tx) AS events, sum(l.quantity) AS quantity,
    min(timezone(coalesce(o.time_zone, 'UTC'), l.left_at))::DATE AS first_day, max(timezone(coalesce(o.time_zone, 'UTC'), l.left_at))::DATE AS last_day
FROM lake.main.lots l JOIN lake.core.transactions t ON t.tx_id = l.left_tx LEFT JOIN lake.ops.owners o ON o.owner = l.owner
WHERE l.place = 'outside' AND l.flags LIKE '%unmatched_withdrawal%' AND t.kind IN ('withdrawal', 'transfer')
    AND NOT EXISTS (FROM lake.core.sent_to_own s WHERE s.connection = t.connection AND s.asset = l.asset
        AND l.left_at >= s.from_at AND l.left_at < s.to_at)
GROUP BY ALL ORDER BY events DESC, t.connection, l.asset LIMIT 100

-- What left in that year without a price, so that no gain was reckoned for it, though it may have been spent: why that is not known,
-- how often, and of which assets.
SELECT CASE WHEN t.kind IN ('deposit', 'withdrawal', 'transfer') THEN 'unmatched_withdrawal' ELSE 'unexplained' END AS flag,
    count(DISTINCT l.left_tx) AS events, string_agg(DISTINCT l.asset, ', ' ORDER BY l.asset) AS assets
FROM lake.main.lots l JOIN lake.core.transactions t ON t.tx_id = l.left_tx
WHERE l.owner = $owner AND l.place = 'outside' AND l.left_at >= $from_at AND l.left_at < $to_at
    AND (l.flags LIKE '%unmatched_withdrawal%' OR l.flags LIKE '%unexplained%')
GROUP BY ALL ORDER BY flag DESC

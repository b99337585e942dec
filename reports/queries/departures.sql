-- What left a connection in that year without a price, so that no gain was reckoned for it, though it may have been spent: why that is
-- not known, how often, and of which assets. Not what lies at a place of the owner's own, by their word.
SELECT CASE WHEN t.kind IN ('deposit', 'withdrawal', 'transfer') THEN 'unmatched_withdrawal' ELSE 'unexplained' END AS flag, t.connection,
    count(DISTINCT l.left_tx) AS events, string_agg(DISTINCT l.asset, ', ' ORDER BY l.asset) AS assets
FROM lake.main.lots l JOIN lake.core.transactions t ON t.tx_id = l.left_tx
WHERE l.owner = $owner AND l.place = 'outside' AND l.left_at >= $from_at AND l.left_at < $to_at
    AND (l.flags LIKE '%unmatched_withdrawal%' OR l.flags LIKE '%unexplained%')
    AND NOT EXISTS (FROM lake.core.sent_to_own s WHERE s.connection = t.connection AND s.asset = l.asset
        AND l.left_at >= s.from_at AND l.left_at < s.to_at AND t.kind IN ('withdrawal', 'transfer'))
GROUP BY ALL ORDER BY flag DESC, t.connection

-- What no disposal used up, from the temp table `unmatched`: held, left without a price, or on its way between own accounts.
SELECT $owner AS owner, $method AS method, $scope AS scope, u.asset, u.connection,
    CASE l.way WHEN 3 THEN 'outside' WHEN 4 THEN 'transit' ELSE 'held' END AS place, a.occurred_at AS acquired_at,
    l.occurred_at AS left_at, u.quantity, u.cost, a.tx_id AS acquired_tx, l.tx_id AS left_tx,
    nullif(concat_ws(',', CASE u.acquired WHEN -1 THEN 'short_fall' END, a.flags, l.flags), '') AS flags
FROM unmatched u LEFT JOIN movements l ON l.n = u.left_n LEFT JOIN movements a ON a.n = u.acquired

-- A part of one disposal and the lot it used up, from the temp table `matched` and the movements it names.
SELECT $owner AS owner, $method AS method, $scope AS scope, d.asset, d.connection, d.what, a.occurred_at AS acquired_at,
    d.occurred_at AS disposed_at, m.quantity, m.cost, m.proceeds, m.fee, a.tx_id AS acquired_tx, d.tx_id AS disposed_tx,
    nullif(concat_ws(',', CASE m.acquired WHEN -1 THEN 'short_fall' END, a.flags, d.flags), '') AS flags
FROM matched m JOIN movements d ON d.n = m.disposed LEFT JOIN movements a ON a.n = m.acquired

-- One leg of those trades.
SELECT connection, tx_id, n, occurred_at, role, 'spot' AS wallet, asset, amount
FROM (
    SELECT connection, tx_id, occurred_at, unnest([1, 2, 3]) AS n, unnest(['out', 'in', 'fee']) AS role,
        unnest([out_asset, in_asset, fee_asset]) AS asset, unnest([-out_amount, in_amount, -fee_amount]) AS amount
    FROM made
)

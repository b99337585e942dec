-- One trade against the owner's currency whose columns say all of it, as a movement of the other asset: what it was worth is what
-- was paid or received. A fee in the currency is part of the cost, or off the proceeds. Everything else: odd.sql.
SELECT t.tx_id, a.account, t.occurred_at, t.kind AS what,
    CASE WHEN t.out_asset = $currency THEN t.in_asset ELSE t.out_asset END AS asset,
    CASE WHEN t.out_asset = $currency THEN 1 ELSE 2 END::TINYINT AS way,
    CASE WHEN t.out_asset = $currency THEN t.in_amount ELSE t.out_amount END AS quantity,
    CASE WHEN t.out_asset = $currency THEN t.out_amount + coalesce(t.fee_amount, 0) ELSE t.in_amount - coalesce(t.fee_amount, 0) END AS value,
    coalesce(t.fee_amount, 0) AS fee, NULL::BIGINT AS transfer,
    CASE WHEN t.fee_amount IS NULL AND t.kind = 'trade' THEN 'fee_untold' END AS flags, 0::BIGINT AS turn
FROM lake.core.transactions t JOIN accounts a USING (connection) WHERE said_by_its_columns(t.out_asset, t.in_asset, t.fee_asset, t.fee_amount, t.legs, $currency)

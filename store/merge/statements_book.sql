-- One row that stands, as it books; the few columns in which a booking differs are laid over it, for copying it costs ten times as much.
CREATE OR REPLACE TEMP VIEW stands AS
SELECT s.* REPLACE (
    CASE WHEN b.u IS NULL THEN s.grain ELSE 'movement' END AS grain, CASE WHEN b.class = 'trade' THEN 'trade' ELSE s.kind END AS kind,
    coalesce(b.occurred_at, s.occurred_at) AS occurred_at,
    CASE WHEN b.whole THEN b.out_asset ELSE s.out_asset END AS out_asset,
    CASE WHEN b.whole THEN b.out_amount ELSE s.out_amount END AS out_amount,
    CASE WHEN b.whole THEN b.in_asset ELSE s.in_asset END AS in_asset,
    CASE WHEN b.whole THEN b.in_amount ELSE s.in_amount END AS in_amount,
    CASE WHEN b.whole THEN b.fee_asset ELSE s.fee_asset END AS fee_asset,
    CASE WHEN b.whole THEN b.fee_amount ELSE s.fee_amount END AS fee_amount)
FROM (FROM said WHERE u NOT IN (SELECT u FROM dropped) UNION ALL FROM amended) s LEFT JOIN booking b USING (u);

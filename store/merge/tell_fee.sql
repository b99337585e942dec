-- One standing row that did not tell its fee, told now by a row it holds.
UPDATE contest SET fee_asset = f.fee_asset, fee_amount = f.fee_amount, fee_told = true
FROM (
    SELECT h.stands_u, arg_min(c.fee_asset, c.place) AS fee_asset, arg_min(c.fee_amount, c.place) AS fee_amount
    FROM held h JOIN contest c USING (u) WHERE c.fee_told GROUP BY h.stands_u
) f
WHERE contest.u = f.stands_u AND NOT contest.fee_told;

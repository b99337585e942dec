-- One standing deposit or withdrawal whose fee another row tells. Where its own amount turns out to include that fee, the
-- amount is parted from it: legs are gross.
UPDATE moved SET
    out_amount = CASE WHEN t.included AND way(moved) = 'out' THEN moved.out_amount - t.fee_amount ELSE moved.out_amount END,
    in_amount = CASE WHEN t.included AND way(moved) = 'in' THEN moved.in_amount + t.fee_amount ELSE moved.in_amount END,
    fee_asset = t.fee_asset, fee_amount = t.fee_amount
FROM (
    SELECT h.stands_u, m.fee_asset, m.fee_amount,
        m.fee_asset IS NOT DISTINCT FROM moved_asset(m)
            AND rounded(gross(s), least(s.decimals, m.decimals)) = rounded(total(m), least(s.decimals, m.decimals)) AS included
    FROM held h JOIN moved m USING (u) JOIN moved s ON s.u = h.stands_u
    WHERE s.fee_amount IS NULL AND m.fee_amount IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY h.stands_u ORDER BY m.place) = 1
) t
WHERE moved.u = t.stands_u;

-- One deposit or withdrawal as it was settled above; a statement's row that nothing else tells books by itself.
UPDATE stands SET
    grain = 'movement', out_amount = m.out_amount, in_amount = m.in_amount, fee_asset = m.fee_asset, fee_amount = m.fee_amount
FROM moved m
WHERE stands.u = m.u AND (stands.grain = 'statement' OR stands.fee_amount IS DISTINCT FROM m.fee_amount);

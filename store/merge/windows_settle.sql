-- One deposit or withdrawal as it was settled; a statement's row that nothing else tells books by itself.
CREATE OR REPLACE TEMP TABLE amending AS
SELECT s.* REPLACE (
    'movement' AS grain, m.out_amount AS out_amount, m.in_amount AS in_amount, m.fee_asset AS fee_asset, m.fee_amount AS fee_amount)
FROM stands s JOIN moved m USING (u)
WHERE s.grain = 'statement' OR s.fee_amount IS DISTINCT FROM m.fee_amount;

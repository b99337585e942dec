-- Whether a transaction is a swap of one asset against the owner's currency, with a fee in the currency or none.
CREATE OR REPLACE TEMP MACRO said_by_its_columns(t, currency) AS coalesce(
    (t.out_asset = currency) <> (t.in_asset = currency)
    AND (t.fee_asset IS NULL OR t.fee_asset = currency)
    AND t.legs = 2 + (t.fee_asset IS NOT NULL AND t.fee_amount IS NOT NULL)::INTEGER, false);

-- Whether a transaction is a swap of one asset against the owner's currency, with a fee in the currency or none. Takes columns, not
-- the row: a row would be made a struct of all its columns first (measured: fourfold).
CREATE OR REPLACE TEMP MACRO said_by_its_columns(out_asset, in_asset, fee_asset, fee_amount, legs, currency) AS coalesce(
    (out_asset = currency) <> (in_asset = currency) AND (fee_asset IS NULL OR fee_asset = currency)
    AND legs = 2 + (fee_asset IS NOT NULL AND fee_amount IS NOT NULL)::INTEGER, false);

-- One event that is not told.sql's, with the day it fell on for the owner. Numbered by what they are, since of two equal candidates
-- for a transfer the lower number is taken.
SELECT row_number() OVER (ORDER BY t.tx_id) AS event, t.tx_id, t.connection, t.occurred_at, (t.occurred_at AT TIME ZONE $zone)::DATE AS day, t.kind,
    t.tx_hash, t.fee_amount IS NOT NULL OR t.fee_asset IS NOT NULL OR t.legs <> (t.out_asset IS NOT NULL)::INTEGER
        + (t.in_asset IS NOT NULL)::INTEGER AS fee_told
FROM lake.core.transactions t SEMI JOIN accounts USING (connection) WHERE NOT said_by_its_columns(t.out_asset, t.in_asset, t.fee_asset, t.fee_amount, t.legs, $currency)

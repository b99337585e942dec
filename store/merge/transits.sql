-- One deposit or withdrawal of the connection, kept or arriving, by which others may reach its day.
CREATE OR REPLACE TEMP TABLE transits AS
WITH ground AS (
    SELECT occurred_at, match_window, decimals, out_asset, out_amount, in_asset, in_amount, fee_asset, fee_amount
    FROM lake.core.rows WHERE connection = $connection AND match_window IS NOT NULL
    UNION ALL
    SELECT occurred_at, match_window, decimals, out_asset, out_amount, in_asset, in_amount, fee_asset, fee_amount
    FROM incoming SEMI JOIN (SELECT mapped_row FROM arriving WHERE fate = 'new') USING (mapped_row) WHERE match_window IS NOT NULL
)
SELECT day_of(occurred_at) AS day, epoch_us(occurred_at) AS moment, match_window, decimals, way(ground) AS way,
    moved_asset(ground) AS asset, gross(ground) AS gross, total(ground) AS total, fee_amount IS NULL AS fee_missing
FROM ground;

SELECT count(*) FROM transits;

-- one of the first lines of a file as a mapping that is being tried reads it: booked, skipped or not understood
SELECT line, occurred_at, kind, out_amount, out_asset, in_amount, in_asset, fee_amount, fee_asset, NULL AS trouble FROM mapped
UNION ALL BY NAME SELECT line, 'skipped: ' || rule AS trouble FROM skipped
UNION ALL BY NAME SELECT line, concat_ws(': ', column_name, value, why) AS trouble FROM quarantined
ORDER BY line LIMIT ?

-- One row: how many prices there are of a currency and a zone, and a digest of them.
SELECT count(*), coalesce(bit_xor(hash(asset, day, close, source)), 0)::VARCHAR
FROM lake.mart.prices WHERE currency = $currency AND zone = $zone

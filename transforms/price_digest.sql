-- One row: how many prices there are of a currency and a zone, a digest of them, and how many of them their owner entered.
SELECT count(*), coalesce(bit_xor(hash(asset, day, close, source)), 0)::VARCHAR, count(*) FILTER (source = 'owner')
FROM lake.mart.prices WHERE currency = $currency AND zone = $zone

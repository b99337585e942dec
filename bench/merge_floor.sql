-- One id that either source tells, where not both tell the same: over two Parquet files of the same million lines this finds
-- nothing, which is the least that any merge has to find out.
SELECT refid, txid, count(*) AS tellers
FROM (
    SELECT refid, txid, "time", asset, amount, fee FROM read_parquet($standing)
    UNION ALL
    SELECT refid, txid, "time", asset, amount, fee FROM read_parquet($arriving)
)
GROUP BY ALL HAVING count(*) <> 2 OR min(amount) <> max(amount) OR min(fee) <> max(fee) OR min("time") <> max("time")

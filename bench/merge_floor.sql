-- How many rows only one of two sources tells: one GROUP BY over two Parquet files, the least that any merge has to find out.
SELECT count(*)
FROM (
    SELECT txid
    FROM (
        SELECT txid, refid, "time", asset, amount, fee FROM read_parquet($standing)
        UNION ALL
        SELECT txid, refid, "time", asset, amount, fee FROM read_parquet($arriving)
    )
    GROUP BY txid, refid, "time", asset, amount, fee HAVING count(*) = 1
)

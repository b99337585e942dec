-- One line of Kraken's ledger export, newer generation: trades of two lines each, among them deposits and rewards; the balance
-- column continues from line to line. The same number of lines from the same first line gives the same file.
WITH lines AS (
    SELECT i, i // 2 AS pair, i % 2 = 0 AS first, i // 2 % 25 = 0 AS is_alone,
        ['XXBT', 'XETH', 'DOT', 'ADA', 'SOL', 'XXRP'][1 + i // 2 % 6] AS coin, hash(i) % 1000000 AS noise
    FROM range($first::BIGINT, ($first + $lines)::BIGINT) AS numbers(i)
),
moves AS (
    SELECT i, pair, CASE WHEN NOT is_alone THEN 'trade' WHEN first THEN 'deposit' ELSE 'earn' END AS type,
        CASE WHEN NOT is_alone THEN 'tradespot' WHEN first THEN '' ELSE 'reward' END AS subtype,
        CASE WHEN first THEN 'ZEUR' WHEN is_alone THEN 'DOT' ELSE coin END AS asset,
        (CASE WHEN is_alone AND first THEN 10000 + noise / 200
              WHEN is_alone THEN noise / 1000000
              WHEN first THEN -(100 + noise / 1250)
              ELSE 1 + noise / 1000000 END)::DECIMAL(18, 10) AS amount,
        (CASE WHEN first AND NOT is_alone THEN noise % 1000 / 1000 ELSE 0 END)::DECIMAL(18, 10) AS fee
    FROM lines
)
SELECT
    format('L{:05X}-{:05X}-{:06X}', i // 1000000, i % 1000000, hash(i) % 16777216) AS txid,
    format('T{:05X}-{:05X}-{:06X}', i // 1000000, CASE type WHEN 'trade' THEN pair * 2 ELSE i END % 1000000,
        hash(CASE type WHEN 'trade' THEN -pair ELSE -i - 1000000000 END) % 16777216) AS refid,
    strftime(TIMESTAMP '2020-01-01 00:00:00' + to_seconds(pair * 200), '%Y-%m-%d %H:%M:%S') AS "time",
    type, subtype, 'currency' AS aclass, '' AS subclass, asset, 'spot / main' AS wallet,
    CASE asset WHEN 'ZEUR' THEN amount::DECIMAL(18, 4)::VARCHAR ELSE amount::VARCHAR END AS amount,
    CASE asset WHEN 'ZEUR' THEN fee::DECIMAL(18, 4)::VARCHAR ELSE fee::VARCHAR END AS fee,
    CASE asset WHEN 'ZEUR' THEN balance::DECIMAL(18, 4)::VARCHAR ELSE balance::DECIMAL(18, 10)::VARCHAR END AS balance
FROM (SELECT *, sum(amount - fee) OVER (PARTITION BY asset ORDER BY i) AS balance FROM moves)
ORDER BY i

-- One line of Binance's Transaction History, which has no ids: three for each trade (bought, spent, fee), every tenth of them
-- interest and a deposit instead. The same number of lines from the same first line gives the same file.
WITH lines AS (
    SELECT i, i // 3 AS trade, i % 3 AS part, i // 3 % 10 = 0 AS is_alone, ['BTC', 'ETH', 'SOL', 'ADA', 'DOT'][1 + i // 3 % 5] AS coin,
        hash(i) % 1000000 AS noise
    FROM range($first::BIGINT, ($first + $lines)::BIGINT) AS numbers(i)
)
SELECT
    1 AS "User_ID",
    strftime(TIMESTAMP '2020-01-01 00:00:00' + to_seconds(trade * 300), '%Y-%m-%d %H:%M:%S') AS "UTC_Time",
    'Spot' AS "Account",
    CASE WHEN is_alone THEN ['Deposit', 'Simple Earn Flexible Interest', 'Commission Rebate'][1 + part]
         ELSE ['Transaction Buy', 'Transaction Spend', 'Transaction Fee'][1 + part] END AS "Operation",
    CASE part WHEN 0 THEN coin WHEN 1 THEN 'USDT' ELSE 'BNB' END AS "Coin",
    (CASE WHEN is_alone OR part = 0 THEN 0.001 + noise / 1000000 WHEN part = 1 THEN -(10 + noise / 1000)
          ELSE -(0.00001 + noise / 100000000) END)::DECIMAL(18, 8)::VARCHAR AS "Change",
    '' AS "Remark"
FROM lines ORDER BY i

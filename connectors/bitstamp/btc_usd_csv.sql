/*
exchange = "bitstamp"
title    = "Transactions (2014: one column each for BTC and USD)"
one_row  = "one deposit, withdrawal or fill; no ids"
streams  = ["trades", "movements"]
step     = "1s"
[columns]
type    = { type = "text", names = ["Type"] }
subtype = { type = "text?", names = ["Sub Type"] }
time    = { type = "time", names = ["Datetime"] }
btc     = { type = "number", names = ["BTC"] }
usd     = { type = "number", names = ["USD"] }
price   = { type = "number?", names = ["BTC Price"] }
fee     = { type = "number?", names = ["FEE"] }
[skip]
nothing_moved = "both columns are 0"

Both columns are signed as the balance changed; the fee stands apart, in USD. Types are words, or 0 deposit, 1 withdrawal,
2 fill.
*/
WITH told AS (
    SELECT *, CASE type WHEN '0' THEN 'deposit' WHEN '1' THEN 'withdrawal' WHEN '2' THEN 'trade' ELSE bitstamp_kind(type) END AS kind FROM rows
)
SELECT
    line,
    CASE WHEN btc = 0 AND usd = 0 AND coalesce(fee, 0) = 0 THEN 'nothing_moved' END AS skip,
    CASE WHEN sign(btc) * sign(usd) > 0 THEN 'both BTC and USD went the same way' END AS quarantine,
    'movement' AS grain,
    time AS occurred_at,
    CASE WHEN kind IN ('deposit', 'withdrawal') THEN 86400 END AS match_window,
    kind,
    concat_ws(' ', type, subtype) AS source_type,
    CASE WHEN kind = 'trade' THEN 'BTC/USD' END AS market,
    CASE WHEN kind = 'trade' THEN if(btc > 0, 'buy', 'sell') END AS side,
    CASE WHEN kind = 'trade' THEN price END AS price,
    CASE WHEN btc < 0 THEN 'BTC' WHEN usd < 0 THEN 'USD' END AS out_asset,
    CASE WHEN btc < 0 THEN -btc WHEN usd < 0 THEN -usd END AS out_amount,
    CASE WHEN btc > 0 THEN 'BTC' WHEN usd > 0 THEN 'USD' END AS in_asset,
    CASE WHEN btc > 0 THEN btc WHEN usd > 0 THEN usd END AS in_amount,
    CASE WHEN fee <> 0 THEN 'USD' END AS fee_asset,
    fee AS fee_amount
FROM told

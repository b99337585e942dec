/*
exchange = "paypal"
title    = "Crypto transactions"
one_row  = "one purchase, sale or movement of coins"
streams  = ["crypto"]
zone     = "UTC"
step     = "1s"
[columns]
time      = { type = "time", names = ["DateTime"], formats = ["%a, %d %b %Y %H:%M:%S GMT", "%a, %d %b %Y %H:%M:%S UTC"] }
type      = { type = "text", names = ["Transaction Type"] }
taken     = { type = "number?", names = ["Asset In (Quantity)"] }
taken_code = { type = "text", names = ["Asset In (Currency)"] }
given     = { type = "number?", names = ["Asset Out (Quantity)"] }
given_code = { type = "text", names = ["Asset Out (Currency)"] }
fee       = { type = "number?", names = ["Transaction Fee (Quantity)"] }
fee_code  = { type = "text", names = ["Transaction Fee (Currency)"] }
worth     = { type = "money?", match = '^Market Value \(\w{3}\)$' }

The fee is beside the amounts. Money of a purchase is paid from the PayPal balance or a card; the file does not say which, so it is
booked as come in for the purchase, and what a sale gave as gone out (a second part of the line).
*/
WITH worded AS (
    SELECT *, upper(type) AS word, coalesce(fee, 0) AS charged, coalesce(taken, 0) > 0 AND coalesce(given, 0) > 0 AS swaps FROM rows
),
parts AS (
    SELECT *, unnest(if(swaps AND word IN ('BUY', 'SELL') AND (is_fiat(given_code) OR is_fiat(taken_code)), [0, 1], [0])) AS n FROM worded
)
SELECT
    line,
    n::SMALLINT AS part,
    CASE WHEN coalesce(taken, 0) = 0 AND coalesce(given, 0) = 0 THEN 'nothing came in and nothing went out' END AS quarantine,
    'movement' AS grain,
    time AS occurred_at,
    CASE WHEN n = 0 AND NOT swaps AND starts_with(word, 'TRANSFER') THEN 86400 END AS match_window,
    CASE WHEN n = 1 THEN if(word = 'BUY', 'deposit', 'withdrawal') WHEN word IN ('BUY', 'SELL') THEN 'trade'
         WHEN starts_with(word, 'TRANSFER') THEN if(coalesce(given, 0) > 0, 'withdrawal', 'deposit') ELSE 'other' END AS kind,
    type AS source_type,
    CASE WHEN n = 0 AND swaps THEN if(word = 'BUY', taken_code || '/' || given_code, given_code || '/' || taken_code) END AS market,
    CASE WHEN n = 0 AND swaps AND word IN ('BUY', 'SELL') THEN lower(word) END AS side,
    CASE WHEN n = 1 THEN if(word = 'SELL', taken_code, NULL) WHEN given > 0 THEN given_code END AS out_asset,
    CASE WHEN n = 1 THEN if(word = 'SELL', taken - if(fee_code = taken_code, charged, 0), NULL) WHEN given > 0 THEN given END AS out_amount,
    CASE WHEN n = 1 THEN if(word = 'BUY', given_code, NULL) WHEN taken > 0 THEN taken_code END AS in_asset,
    CASE WHEN n = 1 THEN if(word = 'BUY', given + if(fee_code = given_code, charged, 0), NULL) WHEN taken > 0 THEN taken END AS in_amount,
    CASE WHEN n = 0 AND charged <> 0 THEN fee_code END AS fee_asset,
    CASE WHEN n = 0 THEN charged END AS fee_amount
FROM parts

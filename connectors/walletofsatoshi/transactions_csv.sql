/*
exchange = "walletofsatoshi"
title    = "Transactions (Wallet of Satoshi)"
one_row  = "one payment, sent or received"
streams  = ["history"]
zone     = "UTC"
step     = "1ms"
ignored  = ["pointOfSale"]
[columns]
time        = { type = "time", names = ["utcDate"] }
type        = { type = "text" }
currency    = { type = "text" }
amount      = { type = "number" }
fees        = { type = "number?" }
status      = { type = "text?" }
address     = { type = "text?" }
description = { type = "text?" }
hash        = { type = "text?", names = ["transactionId"] }

A debit was paid by the owner, its fee on top; a credit came in, its fee already gone from the amount. LIGHTNING is bitcoin over another net.
*/
WITH told AS (
    SELECT *, upper(trim(type)) AS word, if(upper(trim(currency)) = 'LIGHTNING', 'BTC', upper(trim(currency))) AS asset, coalesce(fees, 0) AS fee
    FROM rows
)
SELECT
    line,
    CASE WHEN word NOT IN ('CREDIT', 'DEBIT') THEN 'type ' || type || ' is neither credit nor debit'
         WHEN upper(coalesce(nullif(trim(status), ''), 'PAID')) <> 'PAID' THEN 'unknown status ' || status
         WHEN amount <= 0 THEN 'no amount' END AS quarantine,
    'movement' AS grain,
    CASE WHEN regexp_full_match(lower(hash), '[0-9a-f]{64}') THEN hash END AS tx_hash,
    time AS occurred_at,
    86400 AS match_window,
    if(word = 'DEBIT', 'withdrawal', 'deposit') AS kind,
    concat_ws(' ', type, currency) AS source_type,
    CASE WHEN word = 'DEBIT' THEN asset END AS out_asset,
    CASE WHEN word = 'DEBIT' THEN amount END AS out_amount,
    CASE WHEN word = 'CREDIT' THEN asset END AS in_asset,
    CASE WHEN word = 'CREDIT' THEN amount + fee END AS in_amount,
    CASE WHEN fee <> 0 THEN asset END AS fee_asset,
    fee AS fee_amount,
    nullif(description, '') AS note
FROM told

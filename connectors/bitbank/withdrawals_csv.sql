/*
exchange = "bitbank"
title    = "Withdrawals of coins"
one_row  = "one withdrawal; the fee is debited on top of the amount"
streams  = ["withdrawals"]
zone     = "Asia/Tokyo"
step     = "1s"
ignored  = ["ラベル"]
[columns]
currency = { type = "text", names = ["コイン"] }
time     = { type = "time", names = ["日時"] }
amount   = { type = "number", names = ["数量"] }
fee      = { type = "number", names = ["手数料"] }
network  = { type = "text", names = ["ネットワーク"] }
address  = { type = "text", names = ["アドレス"] }
txid     = { type = "text", names = ["Txid"] }
status   = { type = "text", names = ["ステータス"] }
[skip]
moved_nothing = "failed: no balance changed"
*/
WITH judged AS (SELECT *, fate_of(status) AS fate FROM rows)
SELECT
    line,
    CASE WHEN fate = 'nothing' THEN 'moved_nothing' END AS skip,
    CASE WHEN fate IS NULL THEN 'unknown status ' || status END AS quarantine,
    'movement' AS grain,
    nullif(txid, '') AS tx_hash,
    time AS occurred_at,
    86400 AS match_window,
    'withdrawal' AS kind,
    'withdrawal' AS source_type,
    CASE WHEN fate = 'open' THEN 'open' ELSE 'final' END AS status,
    upper(currency) AS out_asset,
    amount AS out_amount,
    upper(currency) AS fee_asset,
    fee AS fee_amount,
    concat_ws(' ', network, address) AS note
FROM judged

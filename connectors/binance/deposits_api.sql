/*
exchange = "binance"
title    = "GET /sapi/v1/capital/deposit/hisrec"
source   = "api"
one_row  = "one deposit, at the time its record was created; the whole amount is credited"
streams  = ["deposits"]
zone     = "UTC"
step     = "1ms"
rows     = "[]"
ignored  = ["completeTime", "confirmTimes", "unlockConfirm", "sourceAddress", "travelRuleStatus"]
[columns]
id           = "text?"
amount       = "number"
coin         = "text"
network      = "text?"
status       = "text"
address      = "text?"
addressTag   = "text?"
txId         = "text?"
insertTime   = "unix_ms"
transferType = "text?"
walletType   = "text?"
[skip]
rejected      = "the deposit was rejected: nothing was credited"
wrong_deposit = "sent to a wrong address or as a wrong asset: nothing was credited"
*/
SELECT
    line,
    CASE status WHEN '2' THEN 'rejected' WHEN '7' THEN 'wrong_deposit' END AS skip,
    CASE WHEN status NOT IN ('0', '1', '2', '6', '7', '8') THEN 'unknown deposit status ' || status END AS quarantine,
    'movement' AS grain,
    'deposit' AS namespace,
    -- answers of former years have no id
    coalesce(id, concat_ws(':', txId, coin, address, addressTag, amount)) AS row_id,
    -- transferType 1: from another Binance account, txId is a sentence and no chain knows it
    CASE WHEN coalesce(transferType, '0') = '0' THEN txId END AS tx_hash,
    insertTime AS occurred_at,
    86400 AS match_window,
    'deposit' AS kind,
    'deposit' AS source_type,
    -- 6: credited and tradable, not yet withdrawable; it becomes 1 without another movement
    CASE WHEN status IN ('1', '6') THEN 'final' ELSE 'open' END AS status,
    CASE WHEN walletType = '1' THEN 'funding' ELSE 'spot' END AS wallet,
    binance_asset(coin) AS in_asset,
    amount AS in_amount,
    0::DECIMAL(38, 18) AS fee_amount,
    concat_ws(' ', network, address, CASE WHEN transferType = '1' THEN txId END) AS note
FROM rows

/*
exchange = "any_ccxt"
title    = "fetchDeposits, fetchWithdrawals, fetchDepositsWithdrawals"
source   = "api"
one_row  = "one deposit or withdrawal, as ccxt unifies it"
streams  = ["deposits", "withdrawals", "movements"]
books    = true
zone     = "UTC"
step     = "1s"
rows     = "[]"
[columns]
id        = "text?"
txid      = "text?"
timestamp = "unix_ms"
type      = "text"
currency  = "text"
amount    = "number"
status    = "text?"
address   = "text?"
internal  = "text?"
fee_cost  = { type = "number?", path = "fee.cost" }
fee_code  = { type = "text?", path = "fee.currency" }
[skip]
moved_nothing = "failed, canceled, rejected or expired: no balance changed"

Some exchanges give a movement no id; then what never changes of it is its id. An exchange that tells no status lists what is
done. The fee is on top of the amount, as ccxt defines it; it is charged in the moved asset where no other is named.
*/
SELECT
    line,
    CASE WHEN status IN ('failed', 'canceled', 'rejected', 'expired') THEN 'moved_nothing' END AS skip,
    CASE WHEN type NOT IN ('deposit', 'withdrawal') THEN 'neither deposit nor withdrawal: ' || type END AS quarantine,
    'movement' AS grain,
    type AS namespace,
    coalesce(id, concat_ws(':', currency, epoch_ms(timestamp), amount, txid, address)) AS row_id,
    txid AS tx_hash,
    timestamp AS occurred_at,
    86400 AS match_window,
    type AS kind,
    type AS source_type,
    CASE WHEN status IS NULL OR status = 'ok' THEN 'final' ELSE 'open' END AS status,
    CASE WHEN type = 'withdrawal' THEN upper(currency) END AS out_asset,
    CASE WHEN type = 'withdrawal' THEN amount END AS out_amount,
    CASE WHEN type = 'deposit' THEN upper(currency) END AS in_asset,
    CASE WHEN type = 'deposit' THEN amount END AS in_amount,
    CASE WHEN fee_cost IS NOT NULL THEN upper(coalesce(fee_code, currency)) END AS fee_asset,
    fee_cost AS fee_amount,
    CASE WHEN internal = 'true' THEN 'between users of the exchange' END AS note
FROM rows

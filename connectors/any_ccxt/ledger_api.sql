/*
exchange = "any_ccxt"
title    = "fetchLedger"
source   = "api"
one_row  = "one change of one asset, as ccxt unifies it"
streams  = ["ledger"]
books    = true
zone     = "UTC"
step     = "1ms"
rows     = "[]"
[columns]
row       = { type = "text", path = "." }
id        = "text?"
timestamp = "unix_ms"
direction = "text"
type      = "text?"
reference = { type = "text?", path = "referenceId" }
currency  = "text"
amount    = "number"
status    = "text?"
fee_cost  = { type = "number?", path = "fee.cost" }
fee_code  = { type = "text?", path = "fee.currency" }
[skip]
moved_nothing = "failed or canceled: no balance changed"

Read only where the exchange has no trades to ask for. The rows of a trade share a reference. Some exchanges give one id to a
trade and to its fee, so asset, direction and type belong to the id.
*/
SELECT
    line,
    CASE WHEN status IN ('failed', 'canceled') THEN 'moved_nothing' END AS skip,
    CASE WHEN direction NOT IN ('in', 'out') THEN 'neither in nor out' END AS quarantine,
    'movement' AS grain,
    'ledger' AS namespace,
    concat_ws(':', coalesce(id, md5(row)), currency, direction, type) AS row_id,
    CASE WHEN type IN ('trade', 'fee') THEN 'ref:' || reference END AS event_id,
    timestamp AS occurred_at,
    CASE WHEN type IN ('deposit', 'withdrawal') THEN 86400 END AS match_window,
    CASE
        WHEN type IN ('trade', 'deposit', 'withdrawal', 'transfer', 'fee', 'rebate', 'margin') THEN type
        WHEN type IN ('reward', 'cashback', 'referral', 'airdrop', 'staking') THEN 'reward'
        ELSE 'other'
    END AS kind,
    type AS source_type,
    CASE WHEN status IS NULL OR status = 'ok' THEN 'final' ELSE 'open' END AS status,
    CASE WHEN direction = 'out' THEN upper(currency) END AS out_asset,
    CASE WHEN direction = 'out' THEN abs(amount) END AS out_amount,
    CASE WHEN direction = 'in' THEN upper(currency) END AS in_asset,
    CASE WHEN direction = 'in' THEN abs(amount) END AS in_amount,
    CASE WHEN fee_cost IS NOT NULL THEN upper(coalesce(fee_code, currency)) END AS fee_asset,
    fee_cost AS fee_amount
FROM rows

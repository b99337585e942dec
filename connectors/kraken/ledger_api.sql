/*
exchange = "kraken"
title    = "Ledgers"
source   = "api"
one_row  = "one movement of one asset"
streams  = ["ledger"]
step     = "100us"
rows     = "result.ledger{}"
ignored  = ["aclass", "balance"]
[columns]
key     = "text"
refid   = "text"
time    = "unix_s"
type    = "text"
subtype = "text?"
asset   = "text"
amount  = "number"
fee     = "number"
[skip]
nothing_moved = "amount and fee are 0"

The id is the key of the map. The balance changes by amount - fee, both in the row's own asset; rows of one refid are one
event: the two sides of a trade, a withdrawal and its cancelling.
*/
SELECT
    line,
    CASE WHEN amount = 0 AND fee = 0 THEN 'nothing_moved' END AS skip,
    'movement' AS grain,
    'ledger' AS namespace,
    key AS row_id,
    kraken_event(type, subtype, refid, asset, amount, time) AS event_id,
    time AS occurred_at,
    CASE WHEN type IN ('deposit', 'withdrawal') THEN 86400 END AS match_window,
    kraken_kind(type, coalesce(subtype, ''), asset, amount, fee) AS kind,
    kraken_source_type(type, coalesce(subtype, '')) AS source_type,
    kraken_wallet(asset) AS wallet,
    CASE WHEN amount < 0 THEN kraken_asset(asset) END AS out_asset,
    CASE WHEN amount < 0 THEN -amount END AS out_amount,
    CASE WHEN amount > 0 THEN kraken_asset(asset) END AS in_asset,
    CASE WHEN amount > 0 THEN amount END AS in_amount,
    CASE WHEN fee <> 0 THEN kraken_asset(asset) END AS fee_asset,
    fee AS fee_amount
FROM rows

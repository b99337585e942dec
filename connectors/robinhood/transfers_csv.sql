/*
exchange = "robinhood"
title    = "Crypto transfers"
one_row  = "one deposit or withdrawal of coins"
streams  = ["deposits", "withdrawals"]
zone     = "UTC"
step     = "1us"
ignored  = ["withdrawal_submitted_timestamp", "native_network_fee", "usd_amount_at_request", "fiat_amount_at_request", "address_tag", "blockchain_txn_state"]
[columns]
id       = "text"
time     = { type = "time", names = ["created_at"] }
code     = { type = "text", names = ["currency_code"] }
type     = { type = "text", names = ["transfer_type"] }
amount   = "number"
network  = "text?"
fee      = { type = "number?", names = ["network_fee"] }
state    = "text"
address  = { type = "text?", names = ["to_address"] }
tx_hash  = { type = "text?", names = ["blockchain_txn_id"] }
[skip]
moved_nothing = "failed or canceled: no balance changed"

The network fee is debited on top of the amount.
*/
WITH judged AS (
    SELECT *, fate_of(state) AS fate, regexp_matches(lower(type), 'withdraw|send|sent|out') AS goes, regexp_matches(lower(type), 'deposit|receive|in$') AS comes,
        coalesce(fee, 0) AS charged
    FROM rows
)
SELECT
    line,
    CASE WHEN fate = 'nothing' THEN 'moved_nothing' END AS skip,
    CASE WHEN fate IS NULL THEN 'unknown state ' || state WHEN goes = comes THEN 'transfer_type ' || type || ' is neither a deposit nor a withdrawal' END AS quarantine,
    'movement' AS grain,
    'transfer' AS namespace,
    id AS row_id,
    tx_hash,
    time AS occurred_at,
    86400 AS match_window,
    if(goes, 'withdrawal', 'deposit') AS kind,
    type AS source_type,
    CASE WHEN fate = 'open' THEN 'open' ELSE 'final' END AS status,
    CASE WHEN goes THEN upper(code) END AS out_asset,
    CASE WHEN goes THEN amount END AS out_amount,
    CASE WHEN comes THEN upper(code) END AS in_asset,
    CASE WHEN comes THEN amount END AS in_amount,
    CASE WHEN goes AND charged <> 0 THEN upper(code) END AS fee_asset,
    if(goes, charged, 0) AS fee_amount,
    concat_ws(' ', network, address) AS note
FROM judged

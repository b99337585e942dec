/*
exchange = "template"
title    = "gapless template"
one_row  = "one event, or one part of it"
streams  = ["history"]
step     = "1s"
[columns]
time       = "time"
kind       = "text"
wallet     = "text?"
market     = "text?"
side       = "text?"
price      = "money?"
out_asset  = "text"
out_amount = "money?"
in_asset   = "text"
in_amount  = "money?"
fee_asset  = "text"
fee_amount = "money?"
id         = "id?"
event      = "text?"
order_id   = "id?"
tx_hash    = "text?"
note       = "text?"
[skip]
nothing_moved = "no amount is told"

docs/template.md says what each column means. Amounts are positive: out left the account, in arrived, the fee stands apart. A
fee that is blank was not told, 0 is none. Rows with one event are parts of one transaction. A kind that gapless does not know
is booked as 'other' under its own words.
*/
WITH told AS (
    SELECT *, coalesce(nullif(regexp_extract(lower(trim(kind)),
        '^(trade|deposit|withdrawal|transfer|reward|conversion|fee|rebate|funding|margin|liquidation|adjustment)$', 1), ''), 'other') AS word
    FROM rows
)
SELECT
    line,
    CASE WHEN coalesce(out_amount, 0) = 0 AND coalesce(in_amount, 0) = 0 AND coalesce(fee_amount, 0) = 0 THEN 'nothing_moved' END AS skip,
    CASE WHEN lower(side) NOT IN ('buy', 'sell') THEN 'unknown side ' || side END AS quarantine,
    'movement' AS grain,
    CASE WHEN id IS NOT NULL THEN 'template' END AS namespace,
    id AS row_id,
    CASE WHEN event IS NOT NULL THEN 'template:' || event END AS event_id,
    order_id,
    tx_hash,
    time AS occurred_at,
    CASE WHEN word IN ('deposit', 'withdrawal') THEN 86400 END AS match_window,
    word AS kind,
    kind AS source_type,
    coalesce(lower(wallet), 'spot') AS wallet,
    upper(market) AS market,
    lower(side) AS side,
    price,
    CASE WHEN out_amount <> 0 THEN upper(nullif(out_asset, '')) END AS out_asset,
    nullif(out_amount, 0) AS out_amount,
    CASE WHEN in_amount <> 0 THEN upper(nullif(in_asset, '')) END AS in_asset,
    nullif(in_amount, 0) AS in_amount,
    CASE WHEN fee_amount IS NOT NULL THEN upper(nullif(fee_asset, '')) END AS fee_asset,
    fee_amount,
    note
FROM told

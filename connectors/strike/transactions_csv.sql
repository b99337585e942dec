/*
exchange = "strike"
title    = "Transactions (annual export or monthly statement)"
one_row  = "one transaction of money, of Bitcoin, or of both"
streams  = ["history"]
zone     = "UTC"
step     = "1s"
blank    = ["-"]
[columns]
reference = { type = "id", names = ["Reference", "Transaction ID"] }
time      = { type = "time", names = ["Date & Time (UTC)", "Time (UTC)"], formats = ["%b %d %Y %H:%M:%S"] }
status    = { type = "text?", names = ["Status"] }
type      = { type = "text", names = ["Transaction Type"] }
amounts   = { type = "per_asset", match = '^Amount ([A-Z]{3,5})$' }
fees      = { type = "per_asset?", match = '^Fee ([A-Z]{3,5})$' }
price     = { type = "number?", names = ["BTC Price", "Exchange Rate"] }
cost      = { type = "money?", match = '^Cost Basis' }
destination = { type = "text?", names = ["Destination"] }
description = { type = "text?", names = ["Description"] }
hash      = { type = "text?", names = ["Transaction Hash"] }
own_note  = { type = "text?", names = ["Note"] }
[skip]
moved_nothing = "failed, canceled or reversed: no balance changed"

The name of a column tells its currency; files in euros have other names. An amount is what the balance changed by: the fee is in
what was paid or sent, and gone from what a sale brought. An order of the future is told by its reference when it takes coins aside
and again when it gives them back. Payments by Lightning often have no amount at all: only their invoice tells it.
*/
WITH told AS (
    SELECT *, lower(trim(type)) AS word, CASE WHEN lower(status) = 'reversed' THEN 'nothing' WHEN status IS NULL THEN 'done' ELSE fate_of(status) END AS fate,
        list_sort(list_filter(list_distinct(list_concat(map_keys(amounts), coalesce(map_keys(fees), []))),
            lambda a: coalesce(amounts[a], 0) <> 0 OR coalesce(fees[a], 0) <> 0)) AS assets
    FROM rows
),
parts AS (
    SELECT *, unnest(if(len(assets) = 0, [1], range(1, len(assets) + 1))) AS n FROM told
),
moved AS (
    SELECT *, assets[n] AS asset, coalesce(amounts[assets[n]], 0) + coalesce(fees[assets[n]], 0) AS gross, coalesce(fees[assets[n]], 0) AS charged,
        word IN ('purchase', 'buy', 'sale', 'sell', 'trade') AS traded
    FROM parts
)
SELECT
    line,
    (n - 1)::SMALLINT AS part,
    CASE WHEN fate = 'nothing' THEN 'moved_nothing' END AS skip,
    CASE WHEN fate IS NULL THEN 'unknown status ' || status
         WHEN fate = 'nothing' THEN NULL
         WHEN len(assets) = 0 THEN 'no amount is told: of a payment by Lightning, its invoice tells it'
         WHEN NOT traded AND len(assets) > 1 THEN 'amounts in two currencies, and no trade' END AS quarantine,
    'movement' AS grain,
    'transaction' AS namespace,
    concat_ws('/', reference, epoch_ms(time) // 1000, asset) AS row_id,
    'ref:' || reference AS event_id,
    nullif(hash, '') AS tx_hash,
    time AS occurred_at,
    CASE WHEN word IN ('deposit', 'withdrawal', 'send', 'receive') THEN 86400 END AS match_window,
    CASE
        WHEN traded THEN 'trade'
        WHEN word IN ('deposit', 'receive') THEN if(gross < 0, 'withdrawal', 'deposit')
        WHEN word IN ('withdrawal', 'send') THEN if(gross > 0, 'deposit', 'withdrawal')
        -- what is lent and pledged comes back
        WHEN word IN ('loan', 'loan collateral', 'line of credit draw', 'principal payment', 'loan repayment') THEN 'transfer'
        WHEN word IN ('interest payment', 'loan interest') THEN 'margin'
        WHEN word = 'reversal' THEN 'adjustment'
        ELSE 'other'
    END AS kind,
    type AS source_type,
    CASE WHEN fate = 'open' THEN 'open' ELSE 'final' END AS status,
    CASE WHEN traded AND price > 0 AND len(assets) = 2 THEN 'BTC/' || list_filter(assets, lambda a: a <> 'BTC')[1] END AS market,
    CASE WHEN traded THEN if(word IN ('purchase', 'buy'), 'buy', if(word IN ('sale', 'sell'), 'sell', NULL)) END AS side,
    CASE WHEN traded THEN price END AS price,
    CASE WHEN gross < 0 THEN asset END AS out_asset,
    CASE WHEN gross < 0 THEN -gross END AS out_amount,
    CASE WHEN gross > 0 THEN asset END AS in_asset,
    CASE WHEN gross > 0 THEN gross END AS in_amount,
    CASE WHEN charged <> 0 THEN asset END AS fee_asset,
    charged AS fee_amount,
    nullif(concat_ws(' ', nullif(destination, ''), nullif(description, ''), nullif(own_note, '')), '') AS note
FROM moved

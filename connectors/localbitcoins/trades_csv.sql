/*
exchange = "localbitcoins"
title    = "Trades (contacts)"
one_row  = "one trade with another user, paid outside of LocalBitcoins"
streams  = ["trades"]
zone     = "UTC"
step     = "1s"
ignored  = ["created_at", "btc_amount_less_fee", "btc_amount", "btc_traded", "fiat_fee", "fiat_per_btc", "exchange_rate", "online_provider"]
[columns]
id        = "id"
buyer     = "text"
seller    = "text"
type      = { type = "text", names = ["trade_type"] }
fee       = { type = "number", names = ["fee_btc"] }
moved     = { type = "number", names = ["btc_final"] }
paid      = { type = "number", names = ["fiat_amount"] }
currency  = "text"
time      = { type = "time?", names = ["transaction_released_at"] }
reference = "text?"
[skip]
not_released = "no bitcoin was released: no balance changed"

The type is that of the advertisement, whoever placed it: whether the file's owner bought or sold shows in the names, of which the
owner's stands in every line. `btc_final` is what came or went with the fee, which only the advertiser is charged. The money went
from one bank to another: it comes in or goes out with the trade, so that no balance of it is left.
*/
WITH names AS (
    SELECT CASE WHEN count(*) = 1 THEN min(name) END AS owner FROM (
        SELECT name FROM (SELECT line, unnest([buyer, seller]) AS name FROM rows) GROUP BY name
        HAVING count(DISTINCT line) = (SELECT count(*) FROM rows))
),
sided AS (SELECT *, buyer = owner AS buys FROM rows, names),
parts AS (SELECT *, unnest([0, 1]) AS n FROM sided)
SELECT
    line,
    n::SMALLINT AS part,
    CASE WHEN time IS NULL THEN 'not_released' END AS skip,
    CASE WHEN owner IS NULL AND time IS NOT NULL THEN 'the file does not tell whether its owner bought or sold: not one name stands in all lines' END AS quarantine,
    'movement' AS grain,
    'contact' AS namespace,
    id || if(n = 0, '', '/money') AS row_id,
    coalesce(time, TIMESTAMPTZ '2012-01-01 00:00:00+00') AS occurred_at,
    CASE WHEN n = 1 THEN 86400 END AS match_window,
    CASE WHEN n = 0 THEN 'trade' WHEN buys THEN 'deposit' ELSE 'withdrawal' END AS kind,
    type AS source_type,
    'BTC/' || upper(currency) AS market,
    if(buys, 'buy', 'sell') AS side,
    CASE WHEN n = 0 THEN if(buys, upper(currency), 'BTC') WHEN NOT buys THEN upper(currency) END AS out_asset,
    CASE WHEN n = 0 THEN if(buys, paid, moved - fee) WHEN NOT buys THEN paid END AS out_amount,
    CASE WHEN n = 0 THEN if(buys, 'BTC', upper(currency)) WHEN buys THEN upper(currency) END AS in_asset,
    CASE WHEN n = 0 THEN if(buys, moved + fee, paid) WHEN buys THEN paid END AS in_amount,
    CASE WHEN n = 0 AND fee <> 0 THEN 'BTC' END AS fee_asset,
    CASE WHEN n = 0 THEN fee ELSE 0 END AS fee_amount,
    reference AS note
FROM parts

/*
exchange = "twentyonebitcoin"
title    = "Transactions (21bitcoin)"
one_row  = "one trade, deposit or withdrawal"
streams  = ["history"]
zone     = "UTC"
zone_stated = false
step     = "1s"
ignored  = ["id", "exchange_name", "depot_name"]
[columns]
time     = { type = "time", names = ["transaction_date"], formats = ["%d.%m.%Y %H:%M:%S"] }
gotten   = { type = "text", names = ["buy_asset"] }
got      = { type = "number?", names = ["buy_amount"] }
given    = { type = "text", names = ["sell_asset"] }
gave     = { type = "number?", names = ["sell_amount"] }
fee_unit = { type = "text?", names = ["fee_asset"] }
fee      = { type = "number?", names = ["fee_amount"] }
type     = { type = "text", names = ["transaction_type"] }
note     = { type = "text?" }
hash     = { type = "text?", names = ["linked_transaction"] }
price    = { type = "number?", names = ["btc_price"] }

A purchase costs its fee besides what was given; what a sale brought is told without its fee, that is, the fee is gone from it. A withdrawal delivers
its amount, the fee comes on top. The clock is UTC by what the support says. Whether `id` keeps its number in a later export is not known: it names
no row.
*/
WITH told AS (
    SELECT *, lower(trim(type)) AS word, upper(trim(gotten)) AS came, upper(trim(given)) AS went, upper(trim(fee_unit)) AS charged_in,
        coalesce(fee, 0) AS charged, lower(trim(type)) = 'trade' AS trades
    FROM rows
)
SELECT
    line,
    CASE WHEN word NOT IN ('trade', 'deposit', 'withdrawal') THEN 'unknown type ' || type || ': nobody can say which way it went'
         WHEN trades AND (coalesce(got, 0) <= 0 OR coalesce(gave, 0) <= 0) OR word = 'deposit' AND coalesce(got, 0) <= 0
             OR word = 'withdrawal' AND coalesce(gave, 0) <= 0 THEN 'no amount'
         WHEN charged <> 0 AND (word = 'deposit' OR trades AND charged_in <> if(is_fiat(went), went, came) OR word = 'withdrawal' AND charged_in <> went)
             THEN 'a fee in ' || coalesce(charged_in, 'nothing') || ': whether it is inside the amount is not known' END AS quarantine,
    'movement' AS grain,
    CASE WHEN regexp_full_match(lower(hash), '[0-9a-f]{64}') THEN hash END AS tx_hash,
    time AS occurred_at,
    CASE WHEN NOT trades THEN 86400 END AS match_window,
    word AS kind,
    type AS source_type,
    CASE WHEN trades THEN if(is_fiat(went), came || '/' || went, went || '/' || came) END AS market,
    CASE WHEN trades THEN if(is_fiat(went), 'buy', 'sell') END AS side,
    CASE WHEN trades THEN price END AS price,
    CASE WHEN word <> 'deposit' THEN went END AS out_asset,
    CASE WHEN word <> 'deposit' THEN gave END AS out_amount,
    CASE WHEN word <> 'withdrawal' THEN came END AS in_asset,
    CASE WHEN word <> 'withdrawal' THEN got + if(trades AND NOT is_fiat(went), charged, 0) END AS in_amount,
    CASE WHEN charged <> 0 THEN charged_in END AS fee_asset,
    charged AS fee_amount,
    nullif(note, '') AS note
FROM told

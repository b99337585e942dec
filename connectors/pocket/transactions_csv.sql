/*
exchange = "pocket"
title    = "Transactions (Pocket Bitcoin)"
one_row  = "one payment in, exchange, or payout to the owner's wallet or bank"
streams  = ["history"]
zone     = "UTC"
step     = "1ms"
[columns]
time       = { type = "time", names = ["date"] }
type       = { type = "text" }
reference  = { type = "text?" }
price_unit = { type = "text?", names = ["price.currency"] }
price      = { type = "number?", names = ["price.amount"] }
cost_unit  = { type = "text?", names = ["cost.currency"] }
cost       = { type = "number?", names = ["cost.amount"] }
fee_unit   = { type = "text?", names = ["fee.currency"] }
fee        = { type = "number?", names = ["fee.amount"] }
value_unit = { type = "text", names = ["value.currency"] }
value      = { type = "number", names = ["value.amount"] }

The fee comes on top: of what an exchange cost, in its currency, and of what a payout delivers. In another currency, or of a payment in, it is not
described, and such a line is refused.
*/
WITH told AS (
    SELECT *, lower(trim(type)) AS word, upper(trim(value_unit)) AS got, upper(trim(cost_unit)) AS gave, upper(trim(fee_unit)) AS charged_in,
        coalesce(fee, 0) AS charged
    FROM rows
)
SELECT
    line,
    CASE WHEN word NOT IN ('deposit', 'exchange', 'withdrawal') THEN 'unknown type ' || type || ': nobody can say which way it went'
         WHEN value <= 0 OR word = 'exchange' AND coalesce(cost, 0) <= 0 THEN 'no amount'
         WHEN charged <> 0 AND (word = 'deposit' OR word = 'exchange' AND charged_in <> gave OR word = 'withdrawal' AND charged_in <> got)
             THEN 'a fee in ' || coalesce(charged_in, 'nothing') || ': whether it is inside the amount is not known' END AS quarantine,
    'movement' AS grain,
    time AS occurred_at,
    CASE WHEN word <> 'exchange' THEN 86400 END AS match_window,
    if(word = 'exchange', 'trade', word) AS kind,
    type AS source_type,
    CASE WHEN word = 'exchange' THEN if(is_fiat(gave), got || '/' || gave, gave || '/' || got) END AS market,
    CASE WHEN word = 'exchange' THEN if(is_fiat(gave), 'buy', 'sell') END AS side,
    price,
    CASE word WHEN 'exchange' THEN gave WHEN 'withdrawal' THEN got END AS out_asset,
    CASE word WHEN 'exchange' THEN cost WHEN 'withdrawal' THEN value END AS out_amount,
    CASE WHEN word <> 'withdrawal' THEN got END AS in_asset,
    CASE WHEN word <> 'withdrawal' THEN value END AS in_amount,
    CASE WHEN charged <> 0 THEN charged_in END AS fee_asset,
    charged AS fee_amount,
    nullif(reference, '') AS note
FROM told

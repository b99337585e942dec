/*
exchange = "bitflyer"
title    = "Trade history (Japanese)"
one_row  = "one trade, movement or fee"
streams  = ["trades", "deposits", "withdrawals"]
zone     = "Asia/Tokyo"
step     = "1s"
ignored  = ["自己・媒介"]
[columns]
time     = { type = "time", names = ["取引日時"] }
product  = { type = "text", names = ["通貨"] }
type     = { type = "text", names = ["取引種別"] }
price    = { type = "money?", names = ["取引価格"] }
code     = { type = "text", names = ["通貨1"] }
amount   = { type = "money", names = ["通貨1数量"] }
fee      = { type = "money?", names = ["手数料"] }
rate     = { type = "money?", names = ["通貨1の対円レート"] }
paid_in  = { type = "text?", names = ["通貨2"] }
paid     = { type = "money?", names = ["通貨2数量"] }
order_id = { type = "text?", names = ["注文ID", "注文 ID"] }
note     = { type = "text?", names = ["備考"] }
[skip]
internal = "margin deposited or drawn out: moves between the owner's own accounts at bitFlyer"

Amounts are signed, but the type tells the direction. The fee is in the first currency, apart from the amount, and may be written
as a negative number.
*/
WITH worded AS (
    SELECT *, bitflyer_word(type) AS word, abs(coalesce(fee, 0)) AS charged
    FROM rows
)
SELECT
    line,
    CASE WHEN word = 'internal' THEN 'internal' END AS skip,
    CASE WHEN word IN ('buy', 'sell') AND (paid IS NULL OR paid_in IS NULL) THEN 'its other side is not told' END AS quarantine,
    'movement' AS grain,
    order_id,
    time AS occurred_at,
    CASE WHEN word IN ('deposit', 'withdrawal') THEN 86400 END AS match_window,
    CASE WHEN word IN ('buy', 'sell') THEN 'trade' WHEN word = 'internal' THEN 'transfer' ELSE word END AS kind,
    type AS source_type,
    CASE WHEN word IN ('buy', 'sell') THEN code || '/' || paid_in END AS market,
    CASE WHEN word IN ('buy', 'sell') THEN word END AS side,
    CASE WHEN word IN ('buy', 'sell') THEN price END AS price,
    CASE WHEN word = 'buy' THEN paid_in WHEN word IN ('sell', 'withdrawal') OR (word = 'other' AND amount < 0) THEN code END AS out_asset,
    CASE WHEN word = 'buy' THEN abs(paid) WHEN word IN ('sell', 'withdrawal') OR (word = 'other' AND amount < 0) THEN abs(amount) END AS out_amount,
    CASE WHEN word = 'sell' THEN paid_in WHEN word IN ('buy', 'deposit', 'reward') OR (word = 'other' AND amount > 0) THEN code END AS in_asset,
    CASE WHEN word = 'sell' THEN abs(paid) WHEN word IN ('buy', 'deposit', 'reward') OR (word = 'other' AND amount > 0) THEN abs(amount) END AS in_amount,
    CASE WHEN word = 'fee' OR charged > 0 THEN code END AS fee_asset,
    CASE WHEN word = 'fee' THEN abs(amount) ELSE charged END AS fee_amount,
    note
FROM worded

/*
exchange = "bitbank"
title    = "Trade history (約定履歴)"
one_row  = "one fill"
streams  = ["trades"]
zone     = "Asia/Tokyo"
step     = "1s"
ignored  = ["タイプ", "実現損益", "実現手数料", "実現利息", "M/T"]
[columns]
order_id = { type = "id", names = ["注文ID"] }
trade_id = { type = "id", names = ["取引ID"] }
pair     = { type = "text", names = ["通貨ペア"] }
account  = { type = "text?", names = ["現物/信用"] }
side     = { type = "text", names = ["売/買"] }
amount   = { type = "number", names = ["数量"] }
price    = { type = "number", names = ["価格"] }
fee      = { type = "glued?", names = ["手数料", "発生手数料"] }
time     = { type = "time", names = ["取引日時"] }

What was paid is not told: it is amount times price. The fee is in the quote, negative for makers; newer files glue the currency to
it. A trade on credit (信用) moves a position, not these amounts: only its fee is booked.
*/
WITH sided AS (
    SELECT *, CASE WHEN lower(side) IN ('buy', '買', '買い') THEN 'buy' WHEN lower(side) IN ('sell', '売', '売り') THEN 'sell' END AS word,
        regexp_split_to_array(upper(pair), '[_/]')[1] AS base, regexp_split_to_array(upper(pair), '[_/]')[2] AS quote,
        coalesce(account, '現物') <> '現物' AS on_margin, exact_product(amount, price) AS paid
    FROM rows
)
SELECT
    line,
    CASE WHEN word IS NULL THEN 'side ' || side || ' is neither a purchase nor a sale'
         WHEN quote IS NULL THEN 'pair ' || pair || ' is not base_quote'
         WHEN paid IS NULL THEN 'amount times price is out of range' END AS quarantine,
    'movement' AS grain,
    'trade' AS namespace,
    base || '/' || quote || ':' || trade_id AS row_id,
    order_id,
    time AS occurred_at,
    CASE WHEN on_margin THEN 'margin' ELSE 'trade' END AS kind,
    coalesce(account, '現物') AS source_type,
    CASE WHEN on_margin THEN 'margin' ELSE 'spot' END AS wallet,
    base || '/' || quote AS market,
    word AS side,
    price,
    CASE WHEN NOT on_margin THEN if(word = 'buy', quote, base) END AS out_asset,
    CASE WHEN NOT on_margin THEN if(word = 'buy', paid, amount) END AS out_amount,
    CASE WHEN NOT on_margin THEN if(word = 'buy', base, quote) END AS in_asset,
    CASE WHEN NOT on_margin THEN if(word = 'buy', amount, paid) END AS in_amount,
    CASE WHEN fee <> 0 THEN coalesce(upper(fee_asset), quote) END AS fee_asset,
    coalesce(fee, 0) AS fee_amount
FROM sided

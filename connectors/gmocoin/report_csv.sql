/*
exchange = "gmocoin"
title    = "Trading report (取引レポート)"
one_row  = "one fill, transfer of coins or yen, or result of a leveraged position"
streams  = ["history"]
zone     = "Asia/Tokyo"
zone_stated = false
step     = "1m"
ignored  = ["建玉ID", "注文タイプ", "執行条件", "注文手数料", "レバレッジ手数料", "入出金金額"]
[columns]
time     = { type = "time", names = ["日時"], formats = ["%Y/%m/%d %H:%M", "%Y/%m/%d %H:%M:%S"] }
category = { type = "text", names = ["精算区分"] }
yen      = { type = "number?", names = ["日本円受渡金額"] }
order_id = { type = "text?", names = ["注文ID"] }
fill     = { type = "id?", names = ["約定ID"] }
asset    = { type = "text", names = ["銘柄名"] }
action   = { type = "text?", names = ["取引区分"] }
side     = { type = "text?", names = ["売買区分"] }
quantity = { type = "number?", names = ["約定数量"] }
price    = { type = "number?", names = ["約定レート"] }
value    = { type = "number?", names = ["約定金額"] }
money    = { type = "text?", names = ["入出金区分"] }
moved    = { type = "text?", names = ["授受区分"] }
amount   = { type = "number?", names = ["数量"] }
send_fee = { type = "number?", names = ["送付手数料"] }
other    = { type = "text?", names = ["送付先/送付元"] }
hash     = { type = "text?", names = ["トランザクションID"] }
[skip]
nothing_moved = "a position was opened, or what else moved neither yen nor coins"

The yen delivered (日本円受渡金額) is signed, with the fee in it; what the fill was worth is beside it, so that the fee is what lies between the
two. The yen of a leveraged trade is its result, that of an opened position nothing. Coins are sent without a charge: a line with one is
refused, as nobody says in what it is and whether it comes on top. Coins that came from staking or a campaign are told by where they came from.
Fill ids are mostly empty, and the clock has minutes: equal lines are fills of their own.
*/
WITH told AS (
    SELECT *, upper(trim(asset)) AS coin, trim(category) IN ('取引所現物取引', '販売所取引') AS spot, trim(side) = '買' AS buys,
        trim(category) = '暗号資産預入・送付' AS carried, trim(moved) IN ('預入', '受取') AS came,
        regexp_matches(category, 'FX|レバレッジ') AS leveraged, regexp_matches(coalesce(other, ''), 'ステーキング|キャンペーン') AS by_gmo
    FROM rows
),
summed AS (
    SELECT *, CASE WHEN spot THEN if(buys, -yen - value, value - yen) END AS charged,
        CASE WHEN spot THEN NULL WHEN coalesce(amount, 0) <> 0 AND coalesce(moved, '') <> '' THEN if(came, amount, -amount) ELSE coalesce(yen, 0) END AS change,
        CASE WHEN coalesce(amount, 0) <> 0 AND coalesce(moved, '') <> '' THEN coin ELSE 'JPY' END AS of
    FROM told
)
SELECT
    line,
    CASE WHEN NOT spot AND change = 0 AND NOT carried THEN 'nothing_moved' END AS skip,
    CASE WHEN spot AND coalesce(side, '') NOT IN ('買', '売') THEN 'neither bought nor sold'
         WHEN spot AND (quantity IS NULL OR value IS NULL OR yen IS NULL) THEN 'a fill without its amounts'
         WHEN spot AND (yen < 0) <> buys THEN 'the yen went the other way than the fill'
         WHEN spot AND abs(charged) > value * 0.1 THEN 'the yen delivered are not what the fill was worth'
         WHEN carried AND coalesce(moved, '') NOT IN ('預入', '送付', '受取') THEN 'nobody can say which way the coins went'
         WHEN carried AND coalesce(amount, 0) <= 0 THEN 'no coins were moved'
         WHEN coalesce(send_fee, 0) <> 0 THEN 'a charge for sending: in what it is, and whether on top, is not known'
         WHEN money = '入金' AND yen < 0 OR money = '出金' AND yen > 0 THEN 'the yen went the other way than the line says' END AS quarantine,
    'movement' AS grain,
    CASE WHEN coalesce(fill, '') <> '' THEN 'fill' END AS namespace,
    nullif(fill, '') AS row_id,
    nullif(order_id, '') AS order_id,
    nullif(hash, '') AS tx_hash,
    time AS occurred_at,
    CASE WHEN carried OR money IN ('入金', '出金') THEN 86400 END AS match_window,
    CASE WHEN spot THEN 'trade' WHEN carried AND came THEN if(by_gmo, 'reward', 'deposit') WHEN carried THEN if(by_gmo, 'fee', 'withdrawal')
         WHEN money = '入金' THEN 'deposit' WHEN money = '出金' THEN 'withdrawal' WHEN contains(category, '手数料返金') THEN 'rebate'
         WHEN leveraged AND contains(category, '手数料') THEN 'fee' WHEN leveraged THEN 'margin' ELSE 'other' END AS kind,
    concat_ws(' ', category, nullif(action, ''), nullif(side, ''), nullif(money, ''), nullif(moved, '')) AS source_type,
    CASE WHEN spot THEN coin || '/JPY' WHEN leveraged THEN coin END AS market,
    CASE WHEN spot THEN if(buys, 'buy', 'sell') END AS side,
    CASE WHEN spot OR leveraged THEN price END AS price,
    CASE WHEN spot THEN if(buys, 'JPY', coin) WHEN kind <> 'fee' AND change < 0 THEN of END AS out_asset,
    CASE WHEN spot THEN if(buys, value, quantity) WHEN kind <> 'fee' AND change < 0 THEN -change END AS out_amount,
    CASE WHEN spot THEN if(buys, coin, 'JPY') WHEN kind <> 'fee' AND change > 0 THEN of END AS in_asset,
    CASE WHEN spot THEN if(buys, quantity, value) WHEN kind <> 'fee' AND change > 0 THEN change END AS in_amount,
    CASE WHEN spot AND charged <> 0 THEN 'JPY' WHEN kind = 'fee' THEN of END AS fee_asset,
    CASE WHEN spot THEN charged WHEN kind = 'fee' THEN -change END AS fee_amount,
    nullif(other, '') AS note
FROM summed

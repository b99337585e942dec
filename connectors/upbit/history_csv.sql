/*
exchange = "upbit"
title    = "Trade history (거래내역)"
one_row  = "one fill, deposit or withdrawal"
streams  = ["trades", "deposits", "withdrawals"]
zone     = "Asia/Seoul"
step     = "1s"
blank    = ["-"]
ignored  = ["주문시간", "거래단가"]
[columns]
time        = { type = "time", names = ["체결시간"], formats = ["%Y.%m.%d %H:%M:%S", "%Y.%m.%d %H:%M"] }
coin        = { type = "text", names = ["코인"] }
market      = { type = "text", names = ["마켓"] }
type        = { type = "text", names = ["종류"] }
quantity    = { type = "money", names = ["거래수량"] }
amount      = { type = "money?", names = ["거래금액"] }
fee         = { type = "money?", names = ["수수료"] }
fee_cell    = { type = "text?", names = ["수수료"] }
settled     = { type = "money?", names = ["정산금액"] }
settled_cell = { type = "text?", names = ["정산금액"] }

Upbit's page of trades, saved or pasted into a spreadsheet; numbers may carry their unit (`0.0012BTC`, `184,800KRW`). The clock is
Korea's. What is settled is the amount and the fee of a purchase, the amount less the fee of a sale: the money side is taken from
it. Of coins that moved, amount and settlement tell what they were worth in won, unless the unit is the coin. Not known: whether
the fee of a withdrawal is on top of its quantity; it is taken so, as the API has it, unless the settlement in the same unit tells otherwise. There are no ids;
equal lines are fills of their own.
*/
WITH named AS (
    SELECT *, trim(type) AS word, coalesce(fee, 0) AS cost,
        coalesce(nullif(regexp_extract(upper(coin), '\(([A-Z0-9]+)\)\s*$', 1), ''), regexp_extract(upper(trim(coin)), '^[A-Z0-9]+$')) AS code,
        CASE WHEN contains(market, '-') THEN split_part(upper(market), '-', 1) WHEN contains(market, '/') THEN split_part(upper(market), '/', 2)
             ELSE upper(trim(market)) END AS quote,
        nullif(regexp_extract(upper(trim(fee_cell)), '[A-Z]+$'), '') AS fee_unit
    FROM rows
),
settling AS (
    SELECT *, word IN ('매수', '매도') AS traded,
        CASE WHEN word IN ('매수', '매도') OR code = 'KRW' OR ends_with(upper(trim(settled_cell)), code) THEN settled END AS settlement
    FROM named
),
gross AS (
    SELECT *, CASE word
        WHEN '매수' THEN coalesce(settlement - cost, amount)
        WHEN '매도' THEN coalesce(settlement + cost, amount)
        WHEN '출금' THEN if(settlement IS NULL, quantity, greatest(settlement, quantity) - cost)
        WHEN '입금' THEN greatest(settlement, quantity)
        END AS moved
    FROM settling
)
SELECT
    line,
    CASE WHEN word NOT IN ('매수', '매도', '입금', '출금') THEN type || ' is neither 매수, 매도, 입금 nor 출금: which way it went is not told'
         WHEN code = '' THEN 'the coin ' || coin || ' is no code'
         WHEN traded AND NOT regexp_full_match(quote, '[A-Z0-9]{2,10}') THEN 'the market ' || market || ' names no currency'
         WHEN moved IS NULL OR moved < 0 THEN 'the amount is not told' END AS quarantine,
    'movement' AS grain,
    time AS occurred_at,
    CASE WHEN NOT traded THEN 86400 END AS match_window,
    CASE WHEN traded THEN 'trade' WHEN word = '입금' THEN 'deposit' ELSE 'withdrawal' END AS kind,
    word AS source_type,
    CASE WHEN traded THEN code || '/' || quote END AS market,
    CASE word WHEN '매수' THEN 'buy' WHEN '매도' THEN 'sell' END AS side,
    CASE word WHEN '매수' THEN quote WHEN '매도' THEN code WHEN '출금' THEN code END AS out_asset,
    CASE word WHEN '매수' THEN moved WHEN '매도' THEN quantity WHEN '출금' THEN moved END AS out_amount,
    CASE word WHEN '매수' THEN code WHEN '매도' THEN quote WHEN '입금' THEN code END AS in_asset,
    CASE word WHEN '매수' THEN quantity WHEN '매도' THEN moved WHEN '입금' THEN moved END AS in_amount,
    CASE WHEN cost <> 0 THEN coalesce(fee_unit, CASE WHEN traded THEN quote ELSE code END) END AS fee_asset,
    cost AS fee_amount
FROM gross

/*
exchange = "binance"
title    = "Futures transaction history"
one_row  = "one change of one futures balance; fees and funding are lines of their own"
streams  = ["futures"]
zone     = "UTC"
step     = "1s"
[columns]
time   = { type = "time", names = ["Date(UTC)"], formats = ["%y-%m-%d %H:%M:%S"] }
type   = "text"
Amount = "number"
Asset  = "text"
Symbol = "text"
id     = { type = "id", names = ["Transaction ID"] }
[skip]
nothing_moved = "the change is 0"

Amounts are signed. Contracts like BTCUSD_PERP or BTCUSD_240628 settle in the coin, the others in dollars. A move to or from the
spot wallet shows the futures side; the other side is in the transaction history.
*/
WITH told AS (
    SELECT *, CASE
        WHEN upper(type) IN ('REALIZED_PNL', 'DELIVERED_SETTELMENT', 'POSITION_LIMIT_INCREASE_FEE', 'OPTIONS_PREMIUM_FEE',
                             'OPTIONS_SETTLE_PROFIT') THEN 'margin'
        WHEN upper(type) = 'COMMISSION' THEN 'fee'
        WHEN upper(type) = 'FUNDING_FEE' THEN 'funding'
        WHEN upper(type) IN ('TRANSFER', 'DEPOSIT', 'WITHDRAW', 'INTERNAL_TRANSFER', 'CROSS_COLLATERAL_TRANSFER', 'STRATEGY_UMFUTURES_TRANSFER') THEN 'transfer'
        WHEN upper(type) IN ('COIN_SWAP_DEPOSIT', 'COIN_SWAP_WITHDRAW', 'AUTO_EXCHANGE') THEN 'conversion'
        WHEN upper(type) IN ('COMMISSION_REBATE', 'API_REBATE', 'REFERRAL_KICKBACK', 'FEE_RETURN') THEN 'rebate'
        WHEN upper(type) IN ('INSURANCE_CLEAR', 'LIQUIDATION_FEE') THEN 'liquidation'
        WHEN upper(type) IN ('WELCOME_BONUS', 'CONTEST_REWARD', 'BFUSD_REWARD') THEN 'reward'
        ELSE 'other' END AS kind
    FROM rows
)
SELECT
    line,
    CASE WHEN Amount = 0 THEN 'nothing_moved' END AS skip,
    'statement' AS grain,
    CASE WHEN kind = 'conversion' AND id <> '' THEN 'futures:' || id WHEN kind = 'transfer' THEN moved_event(time, binance_asset(Asset), Amount) END AS event_id,
    time AS occurred_at,
    kind,
    type AS source_type,
    CASE WHEN regexp_matches(Symbol, '_(PERP|[0-9]{6})$') AND NOT regexp_matches(Symbol, 'USD[TC]_') THEN 'futures_coinm' ELSE 'futures_usdm' END AS wallet,
    CASE WHEN kind <> 'fee' AND Amount < 0 THEN binance_asset(Asset) END AS out_asset,
    CASE WHEN kind <> 'fee' AND Amount < 0 THEN -Amount END AS out_amount,
    CASE WHEN kind <> 'fee' AND Amount > 0 THEN binance_asset(Asset) END AS in_asset,
    CASE WHEN kind <> 'fee' AND Amount > 0 THEN Amount END AS in_amount,
    CASE WHEN kind = 'fee' THEN binance_asset(Asset) END AS fee_asset,
    CASE WHEN kind = 'fee' THEN -Amount END AS fee_amount,
    concat_ws(' ', nullif(Symbol, ''), nullif(id, '')) AS note
FROM told

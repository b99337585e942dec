/*
exchange = "binance"
title    = "ETH 2.0 staking history"
one_row  = "one staking of ETH, for which as much of its token was given"
streams  = ["conversions"]
zone     = "UTC"
step     = "1s"
[columns]
time   = { type = "time", names = ["Date(UTC)"], formats = ["%y-%m-%d %H:%M:%S"] }
Coin   = "text"
Token  = "text"
Amount = "number"
Status = "text"
[skip]
failed = "it failed: nothing was exchanged"

One for one: the same amount leaves as the coin and arrives as its token.
*/
SELECT
    line,
    CASE WHEN lower(Status) IN ('failed', 'failure', 'rejected', 'expired') THEN 'failed' END AS skip,
    CASE WHEN lower(Status) NOT IN ('success', 'successful', 'completed', 'failed', 'failure', 'rejected', 'expired')
         THEN 'unknown status ' || Status END AS quarantine,
    'movement' AS grain,
    time AS occurred_at,
    'conversion' AS kind,
    'ETH 2.0 staking' AS source_type,
    binance_asset(Coin) AS out_asset,
    Amount AS out_amount,
    upper(Token) AS in_asset,
    Amount AS in_amount,
    0::DECIMAL(38, 18) AS fee_amount
FROM rows

/*
exchange = "poloniex"
title    = "Distributions"
one_row  = "one payment of an airdrop, fork or staking reward; the file has no ids"
streams  = ["distributions"]
zone     = "UTC"
step     = "1s"
[columns]
time     = { type = "time", names = ["date"], formats = ["%Y-%m-%d"] }
currency = "text"
amount   = "number"
wallet   = "text"
*/
SELECT
    line,
    'movement' AS grain,
    time AS occurred_at,
    'reward' AS kind,
    'distribution' AS source_type,
    CASE WHEN lower(wallet) = 'exchange' THEN 'spot' ELSE lower(wallet) END AS wallet,
    poloniex_asset(currency) AS in_asset,
    amount AS in_amount,
    0 AS fee_amount
FROM rows

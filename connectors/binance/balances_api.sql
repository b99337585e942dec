/*
exchange = "binance"
title    = "GET /api/v3/account"
source   = "api"
one_row  = "what the spot wallet holds of one asset, free and locked"
streams  = ["balances"]
zone     = "UTC"
step     = "1ms"
rows     = "balances[]"
[columns]
asset  = "text"
free   = "number"
locked = "number"
*/
-- An LD receipt is named by what it stands for, in the wallet 'earn': left out, a subscription would look like a loss.
SELECT
    line,
    'balance' AS grain,
    fetched_at AS occurred_at,
    binance_wallet('Spot', asset) AS wallet,
    binance_asset(asset) AS in_asset,
    free + locked AS in_amount
FROM rows

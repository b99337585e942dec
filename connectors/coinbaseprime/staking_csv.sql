/*
exchange = "coinbaseprime"
title    = "Staking rewards (Coinbase Prime)"
one_row  = "one reward"
streams  = ["rewards"]
step     = "1s"
ignored  = ["Portfolio", "Portfolio ID", "Entity Name", "Entity ID", "Wallet Name", "Wallet ID", "Wallet Address", "Reward Address",
            "Wallet Type", "Staked Asset", "Blockchain Explorer Link", "Validator Address", "Validator Type",
            "Amount of Reward (notional USD)"]
[columns]
asset  = { type = "text", names = ["Reward Currency"] }
time   = { type = "time", names = ["Date/Time of Reward"] }
type   = { type = "text", names = ["Type of Reward"] }
hash   = { type = "text?", names = ["Transaction ID"] }
amount = { type = "number", names = ["Amount of Reward"] }
*/
SELECT
    line,
    'movement' AS grain,
    hash AS tx_hash,
    time AS occurred_at,
    'reward' AS kind,
    type AS source_type,
    'staking' AS wallet,
    CASE WHEN amount < 0 THEN upper(asset) END AS out_asset,
    CASE WHEN amount < 0 THEN -amount END AS out_amount,
    CASE WHEN amount >= 0 THEN upper(asset) END AS in_asset,
    CASE WHEN amount >= 0 THEN amount END AS in_amount
FROM rows

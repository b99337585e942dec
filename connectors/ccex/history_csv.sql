/*
exchange = "ccex"
title    = "Transaction history (C-CEX)"
one_row  = "one transaction: what came in, what went out"
streams  = ["history"]
zone     = "UTC"
zone_stated = false
step     = "1s"
[columns]
time  = { type = "time", names = ["Date/time"] }
type  = { type = "text", names = ["Type"] }
in_said  = { type = "text", names = ["In"] }
out_said = { type = "text", names = ["Out"] }
taken = { type = "glued?", names = ["In"] }
given = { type = "glued?", names = ["Out"] }
info  = { type = "text", names = ["Info"] }

Amounts have their asset behind them. The fee is inside what came in: the line's words tell it in percent, nothing tells its amount.
*/
WITH sided AS (SELECT *, taken > 0 AND given > 0 AS swaps FROM rows)
SELECT
    line,
    CASE WHEN coalesce(taken, 0) = 0 AND coalesce(given, 0) = 0 THEN 'nothing came in and nothing went out' END AS quarantine,
    'movement' AS grain,
    time AS occurred_at,
    CASE WHEN NOT coalesce(swaps, false) AND regexp_matches(lower(type), 'deposit|withdraw') THEN 86400 END AS match_window,
    CASE WHEN swaps THEN 'trade' WHEN contains(lower(type), 'deposit') THEN 'deposit' WHEN contains(lower(type), 'withdraw') THEN 'withdrawal' ELSE 'other' END AS kind,
    type AS source_type,
    CASE WHEN given > 0 THEN given_asset END AS out_asset,
    CASE WHEN given > 0 THEN given END AS out_amount,
    CASE WHEN taken > 0 THEN taken_asset END AS in_asset,
    CASE WHEN taken > 0 THEN taken END AS in_amount,
    nullif(info, '') AS note
FROM sided

/*
exchange = "coinbaseprime"
title    = "Transactions (Coinbase Prime activity)"
one_row  = "one deposit, withdrawal or move between wallets"
streams  = ["movements"]
step     = "1s"
ignored  = ["initiated by", "approved by", "rejected by", "initiated time", "activity level", "portfolio name", "portfolio id",
            "entity name", "entity id"]
[columns]
id     = { type = "id", names = ["activity id"] }
status = { type = "text", names = ["final status"] }
title  = { type = "text?", names = ["activity title"] }
type   = { type = "text", names = ["activity type"] }
asset  = "text"
wallet = { type = "text?", names = ["wallet name"] }
amount = { type = "number?", names = ["transaction value"] }
unit   = { type = "text?", names = ["transaction currency"] }
time   = { type = "time", names = ["last updated time"] }
[skip]
not_done = "rejected, cancelled, expired or failed: nothing moved"
internal = "between two wallets of this portfolio; the file shows one line for both sides"

The value carries no sign: the type says the direction.
*/
WITH told AS (
    SELECT *, lower(status) AS state, CASE
        WHEN regexp_matches(lower(type), 'internal|wallet transfer|convert') THEN 'internal'
        WHEN regexp_matches(lower(type), 'deposit|receive') THEN 'deposit'
        WHEN regexp_matches(lower(type), 'withdraw|send') THEN 'withdrawal'
        WHEN regexp_matches(lower(type), 'reward') THEN 'reward' END AS told_kind
    FROM rows
)
SELECT
    line,
    CASE WHEN state IN ('rejected', 'cancelled', 'canceled', 'expired', 'failed') THEN 'not_done'
         WHEN told_kind = 'internal' AND lower(type) NOT LIKE '%convert%' THEN 'internal' END AS skip,
    CASE
        WHEN state IN ('rejected', 'cancelled', 'canceled', 'expired', 'failed') THEN NULL
        WHEN told_kind IS NULL OR lower(type) LIKE '%convert%' THEN 'nothing tells whether this came or went: ' || type
        WHEN amount IS NULL THEN 'its value is not told'
        WHEN state NOT IN ('completed', 'done', 'approved', 'imported', 'pending', 'processing', 'created', 'requested')
            THEN 'unknown status ' || status
    END AS quarantine,
    'movement' AS grain,
    'activity' AS namespace,
    nullif(id, '') AS row_id,
    time AS occurred_at,
    CASE WHEN told_kind IN ('deposit', 'withdrawal') THEN 86400 END AS match_window,
    coalesce(nullif(told_kind, 'internal'), 'other') AS kind,
    type AS source_type,
    CASE WHEN state IN ('pending', 'processing', 'created', 'requested') THEN 'open' ELSE 'final' END AS status,
    CASE WHEN told_kind = 'withdrawal' THEN upper(coalesce(unit, asset)) END AS out_asset,
    CASE WHEN told_kind = 'withdrawal' THEN abs(amount) END AS out_amount,
    CASE WHEN told_kind <> 'withdrawal' THEN upper(coalesce(unit, asset)) END AS in_asset,
    CASE WHEN told_kind <> 'withdrawal' THEN abs(amount) END AS in_amount,
    concat_ws(' ', title, wallet) AS note
FROM told

/*
exchange = "gemini"
title    = "Transaction History (XLSX; three columns for each asset)"
one_row  = "one credit, debit or fill; a last line holds totals"
streams  = ["trades", "movements"]
step     = "1ms"
ignored  = ["Date", "Liquidity Indicator", "Trading Fee Rate (bps)", "Order Date", "Order Time", "Client Order ID", "API Session",
            "Deposit Tx Output", "Withdrawal Tx Output"]
[columns]
time          = { type = "time?", names = ["Time (UTC)"] }
type          = { type = "text", names = ["Type"] }
symbol        = { type = "text", names = ["Symbol"] }
specification = { type = "text", names = ["Specification"] }
amounts       = { type = "per_asset", match = '^(\w+) Amount \1$' }
fees          = { type = "per_asset?", match = '^Fee \((\w+)\) \1$' }
balances      = { type = "per_asset?", match = '^(\w+) Balance \1$' }
trade_id      = { type = "id", names = ["Trade ID"] }
order_id      = { type = "id?", names = ["Order ID"] }
hash          = { type = "text?", names = ["Tx Hash"] }
deposited_to  = { type = "text?", names = ["Deposit Destination"] }
withdrawn_to  = { type = "text?", names = ["Withdrawal Destination"] }
[skip]
totals = "the sums of the lines above; it has no date"

Amounts are signed, fees are negative where they cost, and stand apart from the amounts in the quote. What a symbol's base and
quote are shows in the columns that are filled. Credits that are no deposits say so in the specification.
*/
WITH told AS (
    SELECT *,
        list_filter(map_keys(amounts), lambda a: amounts[a] < 0)[1] AS gone,
        list_filter(map_keys(amounts), lambda a: amounts[a] > 0)[1] AS come,
        len(list_filter(map_keys(amounts), lambda a: amounts[a] < 0)) AS many_gone,
        len(list_filter(map_keys(amounts), lambda a: amounts[a] > 0)) AS many_come,
        list_filter(map_keys(fees), lambda a: fees[a] <> 0) AS charged,
        CASE
            WHEN lower(type) IN ('buy', 'sell') THEN 'trade'
            WHEN regexp_matches(lower(specification), 'earn (transfer|redemption)|to earn|from earn') THEN 'transfer'
            WHEN regexp_matches(lower(specification), 'reward|interest|referral|airdrop|bonus|cashback') THEN 'reward'
            WHEN regexp_matches(lower(specification), 'administrative|adjustment') THEN 'adjustment'
            WHEN lower(type) IN ('credit', 'deposit') THEN 'deposit'
            WHEN lower(type) IN ('debit', 'withdrawal') THEN 'withdrawal'
            ELSE 'other'
        END AS kind
    FROM rows
)
SELECT
    line,
    CASE WHEN time IS NULL AND type = '' THEN 'totals' END AS skip,
    CASE
        WHEN time IS NULL AND type = '' THEN NULL
        WHEN time IS NULL THEN 'it has no time'
        WHEN many_gone > 1 OR many_come > 1 OR many_gone + many_come = 0 THEN 'its amounts do not make one event'
        WHEN len(charged) > 1 THEN 'fees in several assets'
    END AS quarantine,
    'movement' AS grain,
    CASE WHEN trade_id <> '' THEN 'history' END AS namespace,
    CASE WHEN trade_id <> '' THEN trade_id || '/' || symbol END AS row_id,
    order_id,
    hash AS tx_hash,
    time AS occurred_at,
    CASE WHEN kind IN ('deposit', 'withdrawal') THEN 86400 END AS match_window,
    kind,
    concat_ws(' ', type, nullif(specification, '')) AS source_type,
    CASE WHEN kind = 'trade' THEN if(lower(type) = 'buy', come || '/' || gone, gone || '/' || come) END AS market,
    CASE WHEN kind = 'trade' THEN lower(type) END AS side,
    gone AS out_asset,
    abs(amounts[gone]) AS out_amount,
    come AS in_asset,
    amounts[come] AS in_amount,
    charged[1] AS fee_asset,
    CASE WHEN len(charged) = 0 AND kind = 'trade' THEN 0 ELSE -fees[charged[1]] END AS fee_amount,
    coalesce(deposited_to, withdrawn_to) AS note
FROM told

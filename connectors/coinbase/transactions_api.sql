/*
exchange = "coinbase"
title    = "GET /v2/accounts/:account_id/transactions"
source   = "api"
one_row  = "one movement of one account (one asset in one portfolio)"
streams  = ["transactions"]
books    = true
zone     = "UTC"
step     = "1s"
rows     = "data[]"
[columns]
id           = "text"
type         = "text"
status       = "text"
amount       = { type = "number", path = "amount.amount" }
currency     = { type = "text", path = "amount.currency" }
created_at   = "time"
worth        = { type = "number?", path = "native_amount.amount" }
worth_in     = { type = "text?", path = "native_amount.currency" }
hash         = { type = "text?", path = "network.hash" }
network      = { type = "text?", path = "network.status" }
network_fee  = { type = "number?", path = "network.transaction_fee.amount" }
network_fee_currency = { type = "text?", path = "network.transaction_fee.currency" }
sender       = { type = "text?", path = "from.resource" }
sender_name  = { type = "text?", path = "from.name" }
order_id     = { type = "text?", path = "advanced_trade_fill.order_id" }
product      = { type = "text?", path = "advanced_trade_fill.product_id" }
fill_price   = { type = "number?", path = "advanced_trade_fill.fill_price" }
commission   = { type = "number?", path = "advanced_trade_fill.commission" }
trade_id     = { type = "text?", path = "trade.id" }
trade_fee    = { type = "number?", path = "trade.fee.amount" }
trade_fee_currency = { type = "text?", path = "trade.fee.currency" }
buy_id       = { type = "text?", path = "buy.id" }
buy_subtotal = { type = "number?", path = "buy.subtotal.amount" }
buy_fee      = { type = "number?", path = "buy.fee.amount" }
buy_total    = { type = "number?", path = "buy.total.amount" }
buy_currency = { type = "text?", path = "buy.total.currency" }
sell_id      = { type = "text?", path = "sell.id" }
sell_subtotal = { type = "number?", path = "sell.subtotal.amount" }
sell_fee     = { type = "number?", path = "sell.fee.amount" }
sell_total   = { type = "number?", path = "sell.total.amount" }
sell_currency = { type = "text?", path = "sell.total.currency" }
withdrawal_fee = { type = "number?", path = "fiat_withdrawal.fee.amount" }
withdrawal_fee_currency = { type = "text?", path = "fiat_withdrawal.fee.currency" }
paid_by      = { type = "text?", path = "details.payment_method_name" }
[skip]
moved_nothing = "failed, expired or canceled: the exchange undid it before any balance changed"

One event may be several rows, each in its own account with its own id:
* an Advanced Trade fill is a base row and a quote row. They share order, second and price and no finer id, so two fills of
  one order in the same second at the same price stand as one event with the legs of both; nothing is lost by it.
* a conversion's rows share trade.id; a purchase from a wallet of the account shares buy.id or sell.id with that wallet's row.

The commission of a fill is in quote currency. The base row alone books it: the quote row may repeat it or not. Seen in real
answers: the quote amount is price x size and the commission comes on top. Where the quote amount has it inside, the connector
has found that by comparing with the fills and lists those rows in the page's context (see commission.py); it is taken out here.

A simple purchase or sale has its fee in the amount of the wallet that paid or was paid; there it is taken out, and the coin's
row has none. Where a card or a bank paid, there is no such row: then the coin's row books price and fee, and as much money
comes in from outside (row id `<id>/paid`), so that what it cost is known and no balance changes. That is an event of its own: in
one event with the purchase it would cancel the price.

A send's amount includes the network fee when both are one asset. A fee in another asset is in no account's rows: noted only.
*/
WITH
signed AS (
    SELECT *,
        abs(amount) AS size,
        coinbase_asset(currency) AS asset,
        upper(currency) = upper(split_part(product, '-', 1)) AS is_base,
        json_extract_string(context_commission_inside, '$."' || id || '"')::DECIMAL(38,18) AS commission_inside,
        coalesce(buy_subtotal, sell_subtotal) AS subtotal,
        coalesce(buy_fee, sell_fee) AS fee,
        coalesce(buy_total, sell_total) AS total,
        coalesce(buy_currency, sell_currency) AS fiat,
        type = 'buy' AND amount > 0 OR type = 'sell' AND amount < 0 AS is_coin_side
    FROM rows
),
weighed AS (
    SELECT *,
        coalesce(is_coin_side AND NOT coinbase_is_wallet(paid_by) AND least(subtotal, total) > 0, false) AS is_paid_outside,
        CASE
            WHEN type = 'send' AND amount < 0 AND network_fee_currency = currency AND network_fee < size THEN network_fee
            WHEN type = 'fiat_withdrawal' AND amount < 0 AND withdrawal_fee_currency = currency AND withdrawal_fee < size THEN withdrawal_fee
            WHEN type IN ('buy', 'sell') AND NOT is_coin_side AND fiat = currency THEN fee
        END AS fee_inside,
        CASE WHEN type = 'send' AND amount < 0 AND network_fee > 0 AND network_fee_currency <> currency
             THEN 'network fee ' || coinbase_shown(network_fee) || ' ' || network_fee_currency || ', in another asset: not in this row' END AS foreign_fee
    FROM signed
),
told AS (
    SELECT *,
        CASE
            WHEN type = 'send' AND amount > 0 AND sender = 'user' AND sender_name = 'Coinbase' THEN 'reward'
            WHEN type IN ('send', 'receive', 'request') THEN if(amount < 0, 'withdrawal', 'deposit')
            WHEN type IN ('fiat_deposit', 'unsupported_asset_recovery', 'cardbuyback') THEN 'deposit'
            WHEN type IN ('fiat_withdrawal', 'cardspend') THEN 'withdrawal'
            WHEN type IN ('advanced_trade_fill', 'buy', 'sell') THEN 'trade'
            WHEN type IN ('trade', 'retail_simple_dust', 'wrap_asset', 'unwrap_asset', 'fcm_futures_usdc_sell') THEN 'conversion'
            WHEN type IN ('transfer', 'pro_deposit', 'pro_withdrawal', 'exchange_deposit', 'exchange_withdrawal', 'prime_deposit',
                          'prime_withdrawal', 'intx_deposit', 'intx_withdrawal', 'staking_transfer', 'unstaking_transfer',
                          'vault_withdrawal') THEN 'transfer'
            WHEN type IN ('staking_reward', 'inflation_reward', 'interest', 'earn_payout', 'incentives_rewards_payout') THEN 'reward'
            WHEN type IN ('subscription_rebate', 'retail_simple_price_improvement') THEN 'rebate'
            WHEN type IN ('clawback', 'incentives_shared_clawback') THEN 'adjustment'
            WHEN type = 'subscription' THEN 'fee'
            WHEN type = 'derivatives_settlement' THEN 'margin'
            ELSE 'other'
        END AS kind,
        -- what left had the fee added to it, what came in had lost it
        if(amount < 0, size - coalesce(commission_inside, fee_inside, 0), size + coalesce(commission_inside, fee_inside, 0)) AS moved
    FROM weighed
),
parts AS (
    SELECT *, unnest(if(is_paid_outside, [0, 1], [0])) AS n FROM told
)
SELECT
    line,
    n::SMALLINT AS part,
    CASE WHEN status IN ('failed', 'expired', 'canceled') THEN 'moved_nothing' END AS skip,
    'movement' AS grain,
    'v2' AS namespace,
    if(n = 0, id, id || '/paid') AS row_id,
    CASE WHEN n = 0 THEN CASE type
        WHEN 'advanced_trade_fill' THEN coinbase_fill(order_id, created_at, fill_price)
        WHEN 'trade' THEN 'trade:' || trade_id
        WHEN 'buy' THEN 'buy:' || buy_id
        WHEN 'sell' THEN 'sell:' || sell_id
    END END AS event_id,
    order_id,
    hash AS tx_hash,
    created_at AS occurred_at,
    CASE WHEN kind IN ('deposit', 'withdrawal') THEN 86400 END AS match_window,
    CASE WHEN n = 0 THEN kind WHEN amount > 0 THEN 'deposit' ELSE 'withdrawal' END AS kind,
    type AS source_type,
    CASE status WHEN 'completed' THEN 'final' ELSE 'open' END AS status,
    coinbase_wallet(currency) AS wallet,
    coalesce(coinbase_market(product), CASE WHEN is_coin_side AND n = 0 THEN asset || '/' || fiat END) AS market,
    CASE WHEN type IN ('buy', 'sell') AND n = 0 THEN type
         WHEN type = 'advanced_trade_fill' AND product IS NOT NULL THEN if(is_base = (amount > 0), 'buy', 'sell') END AS side,
    fill_price AS price,
    CASE WHEN n = 0 AND amount < 0 THEN asset WHEN is_paid_outside AND (n = 0) = (amount > 0) THEN fiat END AS out_asset,
    CASE WHEN n = 0 AND amount < 0 THEN moved WHEN is_paid_outside AND (n = 0) = (amount > 0) THEN if(n = 0, subtotal, total) END AS out_amount,
    CASE WHEN n = 0 AND amount >= 0 THEN asset WHEN is_paid_outside AND (n = 0) = (amount < 0) THEN fiat END AS in_asset,
    CASE WHEN n = 0 AND amount >= 0 THEN moved WHEN is_paid_outside AND (n = 0) = (amount < 0) THEN if(n = 0, subtotal, total) END AS in_amount,
    CASE WHEN is_base THEN coinbase_asset(split_part(product, '-', 2))
         WHEN is_paid_outside AND n = 0 THEN fiat
         WHEN fee_inside IS NOT NULL THEN asset END AS fee_asset,
    CASE WHEN is_base THEN commission
         WHEN is_paid_outside AND n = 0 THEN fee
         WHEN is_base = false OR is_coin_side THEN 0
         ELSE fee_inside END AS fee_amount,
    nullif(concat_ws('; ',
        CASE WHEN type IN ('buy', 'sell') AND fiat IS NULL AND worth IS NOT NULL THEN 'worth ' || coinbase_shown(abs(worth)) || ' ' || worth_in END,
        CASE WHEN type IN ('buy', 'sell') THEN 'by ' || paid_by END,
        CASE WHEN type = 'trade' AND trade_fee > 0 THEN 'fee ' || coinbase_shown(trade_fee) || ' ' || trade_fee_currency || ' is inside the amounts' END,
        foreign_fee), '') AS note
FROM parts

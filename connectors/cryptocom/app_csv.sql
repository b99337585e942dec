/*
exchange = "cryptocom"
title    = "App transactions (crypto and fiat wallets)"
one_row  = "one event of the app; a swap or a dust sweep is several lines"
streams  = ["app"]
step     = "1s"
ignored  = ["Native Amount (in USD)"]
[columns]
time        = { type = "time", names = ["Timestamp (UTC)"] }
description = { type = "text", names = ["Transaction Description"] }
currency    = { type = "text", names = ["Currency"] }
amount      = { type = "number", names = ["Amount"] }
to_currency = { type = "text?", names = ["To Currency"] }
to_amount   = { type = "number?", names = ["To Amount"] }
native      = { type = "text?", names = ["Native Currency"] }
worth       = { type = "text?", names = ["Native Amount"] }
kind_told   = { type = "text", names = ["Transaction Kind"] }
hash        = { type = "text?", names = ["Transaction Hash"] }
[skip]
held          = "held for an order, or free again: what is filled has a line of its own"
not_claimed   = "an airdrop that cannot be claimed yet: what is paid of it has a line of its own"
nothing_moved = "the amount is 0"

There is no fee column: fees are inside the price. The first amount is signed, the second says what it was exchanged for. What
is locked, staked or lent inside the app moves to the wallet 'earn', which has no export of its own: both sides are booked. A
purchase by card is worth its native amount, which came in from outside and was spent; that column may have forty decimals, and
where it does not fit only the coin is booked. What a coin paid for (a card topped up, a shop) is a sale for the native amount, which
goes out to outside. The app is a wallet of its own beside the exchange's: transfers between the two
show the app's side.
*/
WITH told AS (
    SELECT *, lower(kind_told) AS k, number_of(worth) AS value,
        coalesce(to_currency, '') <> '' AND to_amount IS NOT NULL AS has_other,
        -- the side that leaves: the first, unless the second is told as negative
        amount > 0 AND coalesce(to_amount < 0, false) AS second_leaves
    FROM rows
),
kinds AS (
    SELECT *, CASE
        WHEN regexp_matches(k, '(purchase|sell)_(un)?lock$|_fund_(un)?lock$') THEN 'held'
        WHEN k = 'airdrop_locked' THEN 'not_claimed'
        WHEN k IN ('crypto_earn_program_created', 'crypto_earn_program_withdrawn', 'lockup_lock', 'lockup_unlock', 'lockup_upgrade',
                   'supercharger_deposit', 'supercharger_withdrawal', 'council_node_deposit_created', 'council_node_deposit_withdrawn',
                   'dynamic_coin_swap_bonus_exchange_deposit')
            OR regexp_matches(k, '^finance\..*(dpos_lock|dpos_unlock|\.staking|\.unstaking|\.restaking)\b|^finance\.airdrop_arena\.(deposit|withdrawal)\b')
            THEN 'transfer to earn'
        -- what is borrowed, given back or pledged is no income and no loss
        WHEN k IN ('crypto_to_exchange_transfer', 'exchange_to_crypto_transfer', 'invest_deposit', 'invest_withdrawal')
            OR starts_with(k, 'crypto_credit_') OR regexp_matches(k, '_(to|from)_exchange_|^exchange_to_') THEN 'transfer'
        WHEN regexp_matches(k, 'swap_(credited|debited)$|^dust_conversion_') THEN 'conversion'
        WHEN k = 'crypto_exchange' THEN 'conversion'
        WHEN k IN ('crypto_purchase', 'crypto_sell', 'recurring_buy_order', 'viban_purchase', 'van_purchase', 'crypto_viban_exchange',
                   'crypto_viban', 'crypto_to_van_sell_order', 'trading.crypto_purchase.google_pay', 'trading.crypto_purchase.apple_pay')
            OR regexp_matches(k, '_commit$|^trading\.') THEN 'trade'
        WHEN regexp_matches(k, 'cashback_reverted|reimbursement_reverted|_reverted$|clawback') THEN 'adjustment'
        WHEN k = 'lockup_swap_rebate' THEN 'rebate'
        WHEN k IN ('card_top_up', 'crypto_payment') AND upper(currency) <> upper(native) AND value IS NOT NULL THEN 'trade'
        WHEN regexp_matches(k, 'interest|reward|cashback|bonus|referral|gift|airdrop|rewards_platform|reimbursement|admin_wallet_credited|campaign')
            THEN 'reward'
        WHEN k IN ('crypto_deposit', 'viban_deposit', 'van_deposit', 'fiat_deposit') THEN 'deposit'
        WHEN k IN ('crypto_withdrawal', 'viban_withdrawal', 'van_withdrawal', 'crypto_payment', 'card_top_up', 'viban_card_top_up', 'card_purchase',
                   'pay_checkout_reward_reverted') THEN 'withdrawal'
        WHEN k = 'crypto_payment_refund' THEN 'deposit'
        WHEN k = 'crypto_transfer' THEN if(amount < 0, 'withdrawal', 'deposit')
        WHEN k = '' AND regexp_matches(lower(description), 'withdraw') THEN 'withdrawal'
        WHEN k = '' AND regexp_matches(lower(description), 'deposit') THEN 'deposit'
        ELSE 'other' END AS kind
    FROM told
),
sides AS (
    SELECT *,
        kind = 'withdrawal' OR (amount < 0 AND NOT second_leaves) OR (has_other AND NOT second_leaves AND amount > 0) AS first_leaves,
        k IN ('crypto_purchase', 'recurring_buy_order') OR k LIKE 'trading.crypto_purchase%' AS by_card,
        kind = 'trade' AND k IN ('card_top_up', 'crypto_payment') AS spends
    FROM kinds
),
parts AS (
    SELECT *, unnest(CASE WHEN kind = 'transfer to earn' OR spends THEN [0, 1] WHEN by_card AND NOT has_other AND value IS NOT NULL AND native <> '' THEN [0, 1] ELSE [0] END) AS n
    FROM sides
),
legs AS (
    SELECT *,
        CASE WHEN kind = 'transfer to earn' THEN if((n = 1) <> first_leaves, upper(currency), NULL)
             WHEN spends THEN upper(if(n = 0, currency, native))
             WHEN first_leaves THEN upper(currency)
             WHEN has_other THEN upper(to_currency)
             WHEN by_card AND value IS NOT NULL AND n = 0 THEN upper(native) END AS gone,
        CASE WHEN kind = 'transfer to earn' THEN if((n = 1) <> first_leaves, NULL, upper(currency))
             WHEN spends THEN if(n = 0, upper(native), NULL)
             WHEN by_card AND n = 1 THEN upper(native)
             WHEN first_leaves AND has_other THEN upper(to_currency)
             WHEN NOT first_leaves THEN upper(currency) END AS come
    FROM parts
)
SELECT
    line,
    n::SMALLINT AS part,
    CASE WHEN kind IN ('held', 'not_claimed') THEN kind WHEN amount = 0 AND coalesce(to_amount, 0) = 0 THEN 'nothing_moved' END AS skip,
    CASE WHEN kind NOT IN ('held', 'not_claimed') AND currency = '' THEN 'it names no currency' END AS quarantine,
    'movement' AS grain,
    CASE WHEN kind = 'conversion' AND NOT has_other THEN 'swap:' || regexp_replace(k, '_(credited|debited)$', '') || '/' || epoch_ms(time) // 1000
         WHEN kind = 'transfer to earn' THEN moved_event(time, upper(currency), amount) END AS event_id,
    hash AS tx_hash,
    time AS occurred_at,
    CASE WHEN kind IN ('deposit', 'withdrawal') OR ((by_card OR spends) AND n = 1) THEN 86400 END AS match_window,
    CASE WHEN kind = 'transfer to earn' THEN 'transfer' WHEN by_card AND n = 1 THEN 'deposit' WHEN spends AND n = 1 THEN 'withdrawal' ELSE kind END AS kind,
    coalesce(nullif(kind_told, ''), description) AS source_type,
    CASE WHEN kind = 'transfer to earn' AND n = 1 THEN 'earn' ELSE 'app' END AS wallet,
    gone AS out_asset,
    CASE WHEN gone IS NOT NULL THEN if(gone = upper(currency), abs(amount), if(has_other, abs(to_amount), abs(value))) END AS out_amount,
    come AS in_asset,
    CASE WHEN come IS NOT NULL THEN if(come = upper(currency), abs(amount), if(has_other, abs(to_amount), abs(value))) END AS in_amount,
    CASE WHEN kind IN ('trade', 'conversion') AND n = 0 THEN 0 END AS fee_amount,
    description AS note
FROM legs

/*
exchange = "binance"
title    = "Transaction History (Export Transaction Records)"
source   = "csv"
one_row  = "one change of one balance; no ids, fees are lines of their own, equal lines are changes of their own"
streams  = ["trades", "deposits", "withdrawals", "fiat_orders", "fiat_payments", "conversions", "dust", "dividends"]
zone     = "UTC"
step     = "1s"
ignored  = ["User_ID", "User ID"]
[columns]
time      = { type = "time", names = ["UTC_Time", "Time"], formats = ["%y-%m-%d %H:%M:%S"] }
Account   = "text"
Operation = "text"
Coin      = "text"
Change    = "number"
Remark    = "text?"
[skip]
nothing_moved = "the change is zero"
*/
-- Every spelling is lower case: `Small assets exchange BNB` and `Small Assets Exchange BNB` are of different years.
WITH named AS (
    SELECT kind, unnest(operations) AS words
    FROM (VALUES
        ('trade', ['buy', 'sell', 'transaction related', 'transaction buy', 'transaction spend', 'transaction sold',
                   'transaction revenue', 'buy crypto', 'buy crypto with card', 'buy crypto with fiat', 'auto-invest transaction',
                   'p2p trading']),
        ('fee', ['fee', 'transaction fee', 'bnb fee deduction', 'nft gas fee']),
        ('conversion', ['binance convert', 'futures convert', 'large otc trading', 'small assets exchange bnb',
                        'small assets exchange bnb (spot)', 'stablecoins auto-conversion', 'asset conversion transfer',
                        'eth 2.0 staking', 'eth 2.0 staking withdrawal', 'eth 2.0 staking withdrawals', 'leverage token redemption',
                        'token swap - distribution', 'token swap - redenomination/rebranding', 'swap farming transaction',
                        'liquid swap sell']),
        ('deposit', ['deposit', 'fiat deposit', 'fiat ocbs - add fiat and fees', 'receive']),
        ('withdrawal', ['withdraw', 'fiat withdraw', 'fiat withdrawal', 'broker withdraw', 'send', 'send/recieve', 'merchant acquiring',
                        'binance card spending', 'card spending']),
        ('transfer', ['transfer', 'transfer_in', 'transfer_out', 'main and funding account transfer', 'transfer funds to spot',
                      'transfer funds to spot account', 'transfer funds to funding wallet', 'funds transfer request - vega',
                      'vega - funds transfer', 'savings purchase', 'savings principal redemption', 'pos savings purchase',
                      'pos savings redemption', 'staking purchase', 'staking redemption', 'launchpad subscribe', 'liquid swap add',
                      'liquid swap add/sell', 'liquid swap remove', 'liquidity farming remove', 'dot slot auction staking',
                      'dot slot auction redemption']),
        -- what is borrowed is no income, what is given back no loss
        ('loan', ['borrow', 'margin loan', 'margin repayment', 'isolated margin loan', 'isolated margin repayment']),
        ('reward', ['distribution', 'savings interest', 'savings distribution', 'pos savings interest', 'staking rewards',
                    'eth 2.0 staking rewards', 'bnb vault rewards', 'swap farming rewards', 'liquid swap rewards', 'airdrop assets',
                    'hodler airdrops distribution', 'cash voucher', 'cash voucher distribution', 'mission reward distribution',
                    'super bnb mining', 'pool distribution', 'card cashback', 'binance card cashback', 'cashback voucher',
                    'megadrop rewards', 'campaign related reward', 'dot slot auction rewards', 'earn - airdrop distribution',
                    'event bonus distribution', 'rewards distribution']),
        ('rebate', ['commission rebate', 'commission history', 'commission fee shared with you', 'referral kickback',
                    'referral commission', 'referrer rebates', 'referee rebates', 'futures referral rebate',
                    'strategy trading fee rebate']),
        ('funding', ['funding fee']),
        ('margin', ['realized profit and loss', 'realize profit and loss', 'insurance fund compensation']),
        ('liquidation', ['isolated margin liquidation', 'cross margin liquidation']),
        ('adjustment', ['asset recovery', 'leveraged coin consolidation'])
    ) AS list(kind, operations)
),
told AS (
    SELECT
        rows.*,
        CASE
            WHEN named.kind = 'transfer' AND lower(Remark) LIKE 'binance pay%' THEN if(Change > 0, 'deposit', 'withdrawal')
            WHEN named.kind IN ('deposit', 'withdrawal') THEN if(Change > 0, 'deposit', 'withdrawal')
            WHEN named.kind IS NOT NULL THEN named.kind
            WHEN lower(Operation) LIKE 'transfer between %' THEN 'transfer'
            WHEN regexp_matches(lower(Operation), '^simple earn .*(subscription|redemption)$') THEN 'transfer'
            WHEN regexp_matches(lower(Operation), '^simple earn .*(interest|rewards?|airdrop|bonus)$') THEN 'reward'
            WHEN regexp_matches(lower(Operation), '^launchpool .*(interest|earnings|distribution|rewards?|airdrop)') THEN 'reward'
            WHEN regexp_matches(lower(Operation), '^launchpool .*(subscription|redemption)') THEN 'transfer'
            WHEN regexp_matches(lower(Operation), '^onchain yields .*(subscription|redemption)$|^copy portfolio ') THEN 'transfer'
            WHEN regexp_matches(lower(Operation), '^onchain yields .*(interest|rewards?|distribution)$') THEN 'reward'
            WHEN lower(Operation) = 'asset - transfer' AND regexp_matches(lower(Remark), 'airdrop|distribution|分发|空投') THEN 'reward'
            WHEN regexp_matches(lower(Operation), '^(crypto|flexible) loan - .*interest') THEN 'margin'
            WHEN regexp_matches(lower(Operation), '^(crypto|flexible) loan - .*collateral') THEN 'transfer'
            WHEN regexp_matches(lower(Operation), '^(crypto|flexible) loan - ') THEN 'loan'
            ELSE 'other'
        END AS told_kind
    FROM rows
    LEFT JOIN named ON named.words = lower(trim(Operation))
),
changes AS (
    -- a distribution below zero takes old coins away: nothing was paid with them
    SELECT *, CASE WHEN told_kind = 'reward' AND Change < 0 THEN 'adjustment' WHEN told_kind = 'loan' THEN 'transfer' ELSE told_kind END AS kind
    FROM told
)
SELECT
    line,
    CASE WHEN Change = 0 THEN 'nothing_moved' END AS skip,
    'statement' AS grain,
    CASE WHEN told_kind = 'transfer' THEN moved_event(time, binance_asset(Coin), Change) END AS event_id,
    time AS occurred_at,
    -- the moment of credit here, of the order or the record in the API
    CASE WHEN kind IN ('deposit', 'withdrawal') THEN 86400 END AS match_window,
    kind,
    Operation AS source_type,
    binance_wallet(Account, Coin) AS wallet,
    -- a withdrawal's change includes the network fee: it equals amount and fee of the API together
    CASE WHEN kind <> 'fee' AND Change < 0 THEN binance_asset(Coin) END AS out_asset,
    CASE WHEN kind <> 'fee' AND Change < 0 THEN -Change END AS out_amount,
    CASE WHEN kind <> 'fee' AND Change > 0 THEN binance_asset(Coin) END AS in_asset,
    CASE WHEN kind <> 'fee' AND Change > 0 THEN Change END AS in_amount,
    CASE WHEN kind = 'fee' THEN binance_asset(Coin) END AS fee_asset,
    CASE WHEN kind = 'fee' THEN -Change END AS fee_amount,
    Remark AS note
FROM changes

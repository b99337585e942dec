/*
exchange = "coinbase"
title    = "Transactions (custom statement)"
source   = "csv"
one_row  = "one movement of one coin; the other side of a trade is told in Notes"
streams  = ["transactions"]
books    = true
zone     = "UTC"
step     = "1s"
[columns]
id        = { type = "text?", names = ["ID"] }
time      = { type = "time", names = ["Timestamp"] }
type      = { type = "text", names = ["Transaction Type"] }
asset     = { type = "text", names = ["Asset"] }
quantity  = { type = "money", names = ["Quantity Transacted"] }
currency  = { type = "text?", names = ["Price Currency", "Spot Price Currency"] }
price     = { type = "money?", names = ["Price at Transaction", "Spot Price at Transaction"], match = '^[A-Z]{3} Spot Price at Transaction$' }
subtotal  = { type = "money?", names = ["Subtotal"], match = '^[A-Z]{3} Subtotal$' }
fees      = { type = "money?", names = ["Fees and/or Spread", "Fees/Spread", "Fees"], match = '^[A-Z]{3} Fees$' }
notes     = { type = "text?", names = ["Notes"] }
[skip]
vault = "moves between the owner's own wallets at Coinbase; the statement shows one side of it"

How a line meets the API's rows. The API has one row per account, each with its own id; the statement has a line per coin and
tells the other side in Notes.
* ID is a UUID: it is the id of the API's row. The line stands for that row, with the side from Notes on it. Where the API has
  told the row, the API's reading counts and its own row of the other account carries the other side; so API and statement, in
  any order, give what the API alone gives.
* ID is of 24 hexadecimal digits (the statement's own numbering), or there is none: the line is read as the balance changes it
  tells, which meet the API's movements second by second and asset by asset.
A side from Notes is booked only where the file has no line of its own for it (newer files list both sides of a conversion).

Notes tell a trade's amount with the fee in it. Of an advanced trade, what differs from price x quantity is the fee; of a
simple one, or where Notes tell no price, the fee's own column, where the price is in the same currency. An old advanced trade that
tells the owner's money and a market of another ('for £22.00 GBP on LINK-USDT') was paid in that other, how much nobody tells. What a card or a bank paid ("using Visa debit") is
booked as money that came in and went out (row id `<id>/paid`), as from the API; of a purchase whose Notes do not name what
paid, only the coin is booked.
Quantities are signed in newer files only; elsewhere the type says the direction, and where it does not, nobody does.
*/
WITH
worded AS (
    SELECT *,
        lower(type) AS word,
        coalesce(regexp_full_match(id, '[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}'), false) AS has_api_id,
        abs(quantity) AS size,
        id IS NOT NULL OR bool_or(quantity < 0) OVER () AS is_signed,
        coinbase_asset(asset) AS coin,
        regexp_extract(notes, '^(Bought|Sold) (\S+) \S+ for [^0-9 ]*([0-9.,]+)(?:[ \x{00A0}](?:kr|Kč|zł|Ft|[^ A-Za-z0-9\x{00A0}]+))? ([^ ]+)(?: on ([^ -]+-[^ ]+)(?: at ([0-9.,]+) )?)?(?:.*using (.*))?',
            ['verb', 'noted', 'amount', 'asset', 'product', 'price', 'source']) AS trade,
        regexp_extract(notes, '^Converted ([0-9.,]+) (\S+) to ([0-9.,]+) ([^ ]+)', ['given', 'given_asset', 'taken', 'taken_asset']) AS swap
    FROM rows
),
-- Notes in the owner's language have decimal commas ('Bought 0,002 BTC for 153,61 € EUR'): the quantity, told twice, shows it
noted AS (
    SELECT *, coalesce(nullif(trade.noted, ''), nullif(if(upper(swap.given_asset) = upper(asset), swap.given, swap.taken), '')) AS size_said,
        coalesce(bool_or(coinbase_comma_number(size_said) = size AND grouped_number_of(size_said) IS DISTINCT FROM size) OVER (), false) AS has_commas
    FROM worded
),
directed AS (
    SELECT *,
        word IN ('advanced trade buy', 'advance trade buy', 'advanced trade sell', 'advance trade sell') AS is_advanced,
        quantity < 0
            OR word IN ('sell', 'advanced trade sell', 'advance trade sell', 'send', 'withdrawal', 'pro deposit', 'exchange deposit',
                        'prime deposit', 'intx deposit', 'card spend', 'admin debit', 'donation', 'subscription')
            OR ends_with(word, ' transfer out')
            OR (word = 'convert' AND upper(swap.given_asset) = upper(asset)) AS leaves,
        coinbase_noted(trade.amount, has_commas) AS trade_amount,
        coinbase_noted(trade.price, has_commas) AS trade_price
    FROM noted
),
-- the other side: net is what it changed by, value is net without the fee
sided AS (
    SELECT *,
        CASE
            WHEN word = 'convert' AND leaves THEN nullif(upper(swap.taken_asset), '')
            -- until 2023 the Notes of an advanced trade told what it was worth in the owner's money, and the market without its price
            WHEN is_advanced AND trade_price IS NULL AND upper(split_part(trade.product, '-', 2)) NOT IN ('', upper(trade.asset))
                THEN CASE WHEN upper(trade.asset) = 'USD' AND upper(trade.product) LIKE '%-USDC' THEN 'USDC' END
            WHEN is_advanced OR word = 'sell' OR (word = 'buy' AND trade.source <> '') THEN nullif(upper(trade.asset), '')
        END AS other,
        CASE WHEN word = 'convert' THEN coinbase_noted(swap.taken, has_commas) ELSE trade_amount END AS net,
        coalesce(word IN ('buy', 'sell') AND NOT coinbase_is_wallet(trade.source), false) AS is_paid_outside,
        CASE WHEN is_advanced AND trade_price IS NOT NULL AND abs(trade_amount - coinbase_product(size, trade_price)) >= 0.000000005
             THEN coinbase_product(size, trade_price)
             WHEN (word IN ('buy', 'sell') OR is_advanced AND trade_price IS NULL) AND upper(currency) = upper(trade.asset) THEN trade_amount + if(leaves, abs(fees), -abs(fees))
        END AS value
    FROM directed
),
listed AS (
    SELECT *,
        coalesce((time, other, net) IN (SELECT (time, upper(asset), abs(quantity)) FROM rows), false)
            OR coalesce((time, other, value) IN (SELECT (time, upper(asset), abs(quantity)) FROM rows), false) AS has_own_line
    FROM sided
),
told AS (
    SELECT *,
        CASE WHEN NOT has_own_line AND net IS NOT NULL THEN coinbase_asset(other) END AS other_coin,
        coalesce(value, net) AS other_size,
        CASE WHEN value IS NOT NULL THEN if(leaves, value - net, net - value)
             WHEN is_advanced AND (upper(currency) = other OR fees = 0) THEN abs(fees) END AS fee,
        CASE
            WHEN word IN ('buy', 'sell') OR is_advanced THEN 'trade'
            WHEN word IN ('convert', 'retail simple dust', 'wrap asset', 'unwrap asset', 'asset migration') THEN 'conversion'
            WHEN word = 'receive' AND regexp_matches(notes, ' from Coinbase( Referral| Earn| Rewards?)?$') THEN 'reward'
            WHEN word IN ('receive', 'deposit') THEN 'deposit'
            WHEN word IN ('send', 'withdrawal', 'card spend', 'donation') THEN 'withdrawal'
            WHEN regexp_matches(word, '^(pro|exchange|prime|intx) (deposit|withdrawal)$') THEN 'transfer'
            WHEN regexp_matches(word, '^((retail )?(un)?staking )?transfer( in| out)?$')
                OR word IN ('retail eth2 deprecation', 'retail eth deprecation', 'cash to savings', 'savings to cash') THEN 'transfer'
            WHEN word IN ('staking income', 'rewards income', 'reward income', 'inflation reward', 'learning reward', 'coinbase earn',
                          'interest payout', 'incentives rewards payout') THEN 'reward'
            WHEN starts_with(word, 'subscription rebate') OR word = 'retail simple price improvement' THEN 'rebate'
            WHEN word = 'subscription' THEN 'fee'
            WHEN word = 'derivatives settlement' THEN 'margin'
            WHEN word IN ('admin debit', 'credit', 'clawback', 'incentives shared clawback') THEN 'adjustment'
            ELSE 'other'
        END AS kind
    FROM listed
),
parts AS (
    SELECT *, unnest(if(is_paid_outside AND other_coin IS NOT NULL, [0, 1], [0])) AS n FROM told
)
SELECT
    line,
    n::SMALLINT AS part,
    CASE WHEN word = 'vault withdrawal' THEN 'vault' END AS skip,
    CASE WHEN NOT is_signed AND word <> 'vault withdrawal' AND (kind IN ('other', 'conversion') AND word <> 'convert'
              OR kind = 'transfer' AND NOT regexp_matches(word, '( in| out|^(pro|exchange|prime|intx) (deposit|withdrawal))$'))
         THEN 'nothing tells whether this came or went: ' || type END AS quarantine,
    CASE WHEN has_api_id THEN 'movement' ELSE 'statement' END AS grain,
    CASE WHEN has_api_id THEN 'v2' END AS namespace,
    CASE WHEN has_api_id THEN lower(id) || if(n = 0, '', '/paid') END AS row_id,
    CASE WHEN word = 'convert' THEN 'notes:' || epoch_ms(time) // 1000 || '/' || notes
         WHEN kind = 'transfer' AND NOT has_api_id THEN moved_event(time, coin, size) END AS event_id,
    time AS occurred_at,
    CASE WHEN has_api_id AND kind IN ('deposit', 'withdrawal') THEN 86400 END AS match_window,
    CASE WHEN n = 0 THEN kind WHEN leaves THEN 'withdrawal' ELSE 'deposit' END AS kind,
    type AS source_type,
    coinbase_wallet(asset) AS wallet,
    CASE WHEN n = 1 THEN NULL WHEN trade.product <> '' THEN coinbase_market(trade.product)
         WHEN kind = 'trade' AND (other IS NULL OR upper(currency) = other) THEN coin || '/' || upper(currency) END AS market,
    CASE WHEN kind = 'trade' AND n = 0 THEN if(leaves, 'sell', 'buy') END AS side,
    CASE WHEN n = 1 THEN NULL WHEN is_advanced THEN trade_price WHEN kind = 'trade' AND (other IS NULL OR upper(currency) = other) THEN price END AS price,
    CASE WHEN n = 1 THEN if(leaves, other_coin, NULL) WHEN leaves THEN coin ELSE other_coin END AS out_asset,
    CASE WHEN n = 1 THEN if(leaves, net, NULL) WHEN leaves THEN size WHEN other_coin IS NOT NULL THEN other_size END AS out_amount,
    CASE WHEN n = 1 THEN if(leaves, NULL, other_coin) WHEN leaves THEN other_coin ELSE coin END AS in_asset,
    CASE WHEN n = 1 THEN if(leaves, NULL, net) WHEN NOT leaves THEN size WHEN other_coin IS NOT NULL THEN other_size END AS in_amount,
    CASE WHEN n = 0 AND fee IS NOT NULL THEN other_coin END AS fee_asset,
    CASE WHEN n = 0 AND other_coin IS NOT NULL THEN fee END AS fee_amount,
    notes AS note
FROM parts

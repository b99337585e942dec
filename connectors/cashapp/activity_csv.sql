/*
exchange = "cashapp"
title    = "Activity"
one_row  = "one transaction of money, of Bitcoin, or of both"
streams  = ["activity"]
zone     = "America/New_York"
step     = "1s"
ignored  = ["Account"]
[columns]
id         = { type = "text", names = ["Transaction ID"] }
time       = { type = "time", names = ["Date"], formats = ["%Y-%m-%d %H:%M:%S EST", "%Y-%m-%d %H:%M:%S EDT", "%Y-%m-%d %H:%M:%S CST",
               "%Y-%m-%d %H:%M:%S CDT", "%Y-%m-%d %H:%M:%S MST", "%Y-%m-%d %H:%M:%S MDT", "%Y-%m-%d %H:%M:%S PST", "%Y-%m-%d %H:%M:%S PDT"] }
clock      = { type = "text?", names = ["Date"] }
type       = { type = "text", names = ["Transaction Type"] }
currency   = { type = "text", names = ["Currency"] }
amount     = { type = "text", names = ["Amount"] }
fee        = { type = "text?", names = ["Fee"] }
net        = { type = "text?", names = ["Net Amount"] }
asset      = { type = "text?", names = ["Asset Type"] }
price      = { type = "money?", names = ["Asset Price"] }
quantity   = { type = "number?", names = ["Asset Amount"] }
status     = { type = "text", names = ["Status"] }
note       = { type = "text?", names = ["Notes"] }
other_end  = { type = "text?", names = ["Name of sender/receiver", "Name"] }
[skip]
moved_nothing = "failed, canceled or declined: no balance changed"
notification  = "a message, no transaction"

Times name their American zone. Money is signed, or in brackets where it left; the fee is beside the amount, not inside it. A purchase
or sale of Bitcoin tells the money in Amount and the coins in Asset Amount. A withdrawal of Bitcoin tells its coins in either.
*/
WITH told AS (
    SELECT *, lower(type) AS word, cashapp_amount(amount) AS money, coalesce(abs(cashapp_amount(fee)), 0) AS charged,
        coalesce(upper(asset), 'BTC') AS coin, time + to_hours(cashapp_hours(clock)) AS moment,
        regexp_matches(lower(status), 'fail|cancel|declin|revers|expired') AS nothing
    FROM rows
),
sized AS (
    SELECT *, regexp_matches(word, '^bitcoin.*(buy|sale|sell)') AS trades, regexp_matches(word, '^bitcoin.*(sale|sell)') AS sells,
        CASE WHEN starts_with(word, 'bitcoin') AND quantity IS NULL THEN abs(cashapp_amount(coalesce(net, amount))) ELSE quantity END AS size
    FROM told
)
SELECT
    line,
    CASE WHEN nothing THEN 'moved_nothing' WHEN word = 'account notifications' THEN 'notification' END AS skip,
    CASE WHEN money IS NULL THEN 'amount ' || amount || ' is no amount of money' WHEN moment IS NULL THEN 'its time names no American zone'
         WHEN starts_with(word, 'bitcoin') AND size IS NULL THEN 'it tells no amount of Bitcoin' END AS quarantine,
    'movement' AS grain,
    CASE WHEN id <> '' THEN 'transaction' END AS namespace,
    nullif(id, '') AS row_id,
    moment AS occurred_at,
    CASE WHEN NOT trades AND regexp_matches(word, 'p2p|cash ?(in|out)|deposit|withdrawal|^bitcoin') AND NOT regexp_matches(word, 'boost') THEN 86400 END AS match_window,
    CASE
        WHEN trades THEN 'trade'
        WHEN contains(word, 'boost') THEN 'reward'
        WHEN starts_with(word, 'bitcoin') THEN if(regexp_matches(word, 'deposit|receive'), 'deposit', 'withdrawal')
        WHEN regexp_matches(word, 'p2p|cash ?in|cash ?out|deposit|withdrawal|cash card|card debit') THEN if(money < 0, 'withdrawal', 'deposit')
        ELSE 'other'
    END AS kind,
    type AS source_type,
    CASE WHEN trades THEN coin || '/' || upper(currency) END AS market,
    CASE WHEN trades THEN if(sells, 'sell', 'buy') END AS side,
    CASE WHEN trades THEN price END AS price,
    CASE WHEN trades THEN if(sells, coin, upper(currency)) WHEN starts_with(word, 'bitcoin') THEN if(regexp_matches(word, 'boost|deposit|receive'), NULL, coin)
         WHEN money < 0 THEN upper(currency) END AS out_asset,
    CASE WHEN trades THEN if(sells, size, abs(money)) WHEN starts_with(word, 'bitcoin') THEN if(regexp_matches(word, 'boost|deposit|receive'), NULL, size)
         WHEN money < 0 THEN -money END AS out_amount,
    CASE WHEN trades THEN if(sells, upper(currency), coin) WHEN starts_with(word, 'bitcoin') THEN if(regexp_matches(word, 'boost|deposit|receive'), coin, NULL)
         WHEN money > 0 THEN upper(currency) END AS in_asset,
    CASE WHEN trades THEN if(sells, abs(money), size) WHEN starts_with(word, 'bitcoin') THEN if(regexp_matches(word, 'boost|deposit|receive'), size, NULL)
         WHEN money > 0 THEN money END AS in_amount,
    CASE WHEN charged <> 0 THEN upper(currency) END AS fee_asset,
    charged AS fee_amount,
    concat_ws(' ', note, other_end) AS note
FROM sized

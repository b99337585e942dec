/*
exchange = "swyftx"
title    = "Transaction report (crypto and fiat, with opening and closing positions)"
one_row  = "one purchase, sale, deposit, withdrawal or reward, or what was held at an end of the report's time"
streams  = ["history"]
zone     = "Australia/Brisbane"
zone_stated = false
step     = "1s"
ragged   = true
ignored  = ["AUD Value Fee", "AUD Value", "GST", "ExGST", "Reference"]
skip_lines = { title = '^"?(Crypto|Fiat) Transactions\b|^"?(Opening|Closing) (Crypto|Fiat) Summary\b', another_table = '^"?Date"?,"?Time"?,"?Event', total = '^,,"?sub total' }
[columns]
day            = { type = "time", names = ["Date"], formats = ["%d/%m/%Y %H:%M:%S"], with = "clock" }
clock          = { type = "text", names = ["Time"] }
event          = { type = "text", names = ["Event"] }
asset          = { type = "text", names = ["Asset"] }
amount         = { type = "number", names = ["Amount"] }
currency       = { type = "text?", names = ["Currency"] }
value          = { type = "number?", names = ["Value"] }
price          = { type = "number?", names = ["Rate"] }
fee            = { type = "number?", names = ["Fee Amount"] }
fee_asset      = { type = "text?", names = ["Fee Asset"] }
deposited_to   = { type = "text?", names = ["Deposited To"] }
withdrawn_to   = { type = "text?", names = ["Withdrawn To"] }
withdrawal_fee = { type = "text?", names = ["Withdrawal Fee"] }
hash           = { type = "text?", names = ["Transaction ID"] }
id             = { type = "text?", names = ["UUID"] }
[skip]
title         = "the title of a table"
another_table = "the header of the next table, which is that of the first"
total         = "the sums of the lines above"
held          = "what was held when the report's time began or ended"
nothing_moved = "amount and value are 0"

Amount and value are what the balances changed by: a fee in the asset that was bought was taken from it before, one in an asset that
was sold is in what went out, and a withdrawal's fee is in its amount (a year's lines lead from the opening to the closing positions so).
A purchase of fiat is told in the same way. The clock runs in the owner's own zone, which the file does not name.
*/
WITH told AS (
    SELECT *, lower(trim(event)) AS word, upper(trim(asset)) AS coin, upper(trim(currency)) AS quote, coalesce(fee, 0) AS told_fee,
        coalesce(number_of(nullif(trim(withdrawal_fee, '" '), '')), 0) AS sending_fee, coalesce(nullif(upper(trim(fee_asset)), ''), upper(trim(asset))) AS fee_coin
    FROM rows
),
sided AS (
    SELECT *, CASE word WHEN 'withdraw' THEN sending_fee ELSE told_fee END AS charged,
        CASE word WHEN 'buy' THEN quote WHEN 'sell' THEN coin WHEN 'withdraw' THEN coin END AS gone,
        CASE word WHEN 'buy' THEN coin WHEN 'sell' THEN quote WHEN 'deposit' THEN coin WHEN 'reward' THEN coin WHEN 'affiliate' THEN coin END AS come,
        CASE word WHEN 'buy' THEN value ELSE amount END AS went,
        CASE word WHEN 'sell' THEN value ELSE amount END AS came
    FROM told
)
SELECT
    line,
    CASE WHEN word = 'open position' THEN 'held' WHEN amount = 0 AND coalesce(value, 0) = 0 THEN 'nothing_moved' END AS skip,
    CASE WHEN word = 'open position' OR amount = 0 AND coalesce(value, 0) = 0 THEN NULL
         WHEN gone IS NULL AND come IS NULL THEN 'nothing tells whether this came or went: ' || event
         WHEN word IN ('buy', 'sell') AND (quote = '' OR value IS NULL) THEN 'the other side is not told'
         WHEN gone = fee_coin AND went < charged THEN 'the fee is more than what went' END AS quarantine,
    'movement' AS grain,
    CASE WHEN id <> '' THEN 'report' END AS namespace,
    nullif(id, '') AS row_id,
    nullif(trim(hash, ' ' || chr(9)), '') AS tx_hash,
    day AS occurred_at,
    CASE WHEN word IN ('deposit', 'withdraw') THEN 86400 END AS match_window,
    CASE word WHEN 'deposit' THEN 'deposit' WHEN 'withdraw' THEN 'withdrawal' WHEN 'reward' THEN 'reward' WHEN 'affiliate' THEN 'rebate'
         ELSE swap_kind(gone, come) END AS kind,
    event AS source_type,
    CASE WHEN word IN ('buy', 'sell') THEN coin || '/' || quote END AS market,
    CASE WHEN word IN ('buy', 'sell') THEN word END AS side,
    CASE WHEN word IN ('buy', 'sell') THEN price END AS price,
    gone AS out_asset,
    CASE WHEN gone IS NOT NULL THEN went - if(gone = fee_coin, charged, 0) END AS out_amount,
    come AS in_asset,
    CASE WHEN come IS NOT NULL THEN came + if(come = fee_coin AND gone IS DISTINCT FROM fee_coin, charged, 0) END AS in_amount,
    CASE WHEN charged <> 0 THEN fee_coin END AS fee_asset,
    charged AS fee_amount,
    nullif(trim(concat_ws(' ', deposited_to, withdrawn_to), ' ' || chr(9)), '') AS note
FROM sided

/*
exchange = "bybit"
title    = "Asset change details: unified trading account"
one_row  = "one change of one balance; a spot fill is two lines, one for each coin"
streams  = ["trades", "funding"]
step     = "1s"
ignored  = ["Uid", "Quantity", "Funding"]
blank    = ["--"]
[columns]
currency  = { type = "text", names = ["Currency"] }
contract  = { type = "text?", names = ["Contract"] }
type      = { type = "text?", names = ["Type"] }
direction = { type = "text?", names = ["Direction"] }
price     = { type = "number?", names = ["Filled Price"] }
position  = { type = "number?", names = ["Position"] }
fee       = { type = "number?", names = ["Fee Paid"] }
cash_flow = { type = "number", names = ["Cash Flow"] }
change    = { type = "number", names = ["Change"] }
balance   = { type = "number?", names = ["Wallet Balance"] }
action    = { type = "text", names = ["Action"] }
time      = { type = "time", match = '^Time' }
[skip]
nothing_moved = "the change is 0"

The change is cash flow, fee and funding together; a fee is negative and inside it. Lines of one second are in no order, so the
balances beside them need not chain. A line with a position or an action is a derivative's. What is borrowed and given back is no income and no loss. A
line without a type and a contract is a side of a small balance's conversion.
*/
WITH told AS (
    SELECT *, coalesce(fee, 0) AS paid, change - coalesce(fee, 0) AS leg, CASE
        WHEN upper(type) = 'TRADE' AND (coalesce(position, 0) <> 0 OR upper(action) IN ('OPEN', 'CLOSE')) THEN 'margin'
        WHEN upper(type) = 'TRADE' THEN 'trade'
        WHEN upper(type) IN ('TRANSFER_IN', 'TRANSFER_OUT', 'TRANSFER_IN_INS_LOAN', 'TRANSFER_OUT_INS_LOAN', 'AUTO_DEDUCTION',
                             'FLEXIBLE_STAKING_SUBSCRIPTION', 'FLEXIBLE_STAKING_REDEMPTION', 'FIXED_STAKING_SUBSCRIPTION', 'FIXED_STAKING_REFUND',
                             'MANUAL_LOANS_BORROW_SPOT', 'BORROWED_AMOUNT_INS_LOAN', 'PRINCIPLE_REPAYMENT_INS_LOAN',
                             'AUTO_PRINCIPLE_REPAYMENT_INS_LOAN') THEN 'transfer'
        WHEN upper(type) = 'SETTLEMENT' THEN 'funding'
        WHEN upper(type) IN ('LIQUIDATION', 'ADL') THEN 'liquidation'
        WHEN upper(type) IN ('INTEREST', 'DELIVERY', 'INTEREST_REPAYMENT_INS_LOAN', 'AUTO_INTEREST_REPAYMENT_INS_LOAN') THEN 'margin'
        WHEN upper(type) = 'BONUS_RECOLLECT' THEN 'adjustment'
        WHEN upper(type) IN ('FEE_REFUND', 'CASHBACK') THEN 'rebate'
        WHEN upper(type) IN ('BONUS', 'AIRDROP', 'EARN_INTEREST', 'PLATFORM_TOKEN_MNT_LIQRECOVERY') THEN 'reward'
        WHEN type IS NULL AND coalesce(contract, '') = '' THEN 'conversion'
        WHEN upper(type) IN ('CONVERT', 'CURRENCY_BUY', 'CURRENCY_SELL', 'SPOT_REPAYMENT_SELL', 'SPOT_REPAYMENT_BUY',
                             'AUTO_SOLD_COLLATERAL_INS_LOAN', 'AUTO_BUY_LIABILITY_INS_LOAN') THEN 'conversion'
        ELSE 'other' END AS kind
    FROM rows
)
SELECT
    line,
    CASE WHEN change = 0 AND paid = 0 THEN 'nothing_moved' END AS skip,
    'statement' AS grain,
    CASE WHEN kind = 'transfer' THEN moved_event(date_trunc('minute', time), upper(currency), leg) END AS event_id,
    time AS occurred_at,
    kind,
    coalesce(type, '--') AS source_type,
    CASE WHEN kind = 'trade' AND lower(direction) IN ('buy', 'sell') THEN lower(direction) END AS side,
    CASE WHEN kind = 'trade' THEN price END AS price,
    CASE WHEN leg < 0 THEN upper(currency) END AS out_asset,
    CASE WHEN leg < 0 THEN -leg END AS out_amount,
    CASE WHEN leg > 0 THEN upper(currency) END AS in_asset,
    CASE WHEN leg > 0 THEN leg END AS in_amount,
    CASE WHEN paid <> 0 THEN upper(currency) END AS fee_asset,
    CASE WHEN paid <> 0 THEN -paid END AS fee_amount,
    contract AS note
FROM told

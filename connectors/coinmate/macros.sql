-- Coinmate's transaction types.
CREATE OR REPLACE TEMP MACRO coinmate_word(type, text) AS CASE
    WHEN upper(type) IN ('BUY', 'QUICK_BUY', 'MARKET_BUY', 'INSTANT_BUY') THEN 'buy'
    WHEN upper(type) IN ('SELL', 'QUICK_SELL', 'MARKET_SELL', 'INSTANT_SELL') THEN 'sell'
    WHEN upper(type) = 'DEPOSIT' OR starts_with(upper(type), 'DEPOSIT_') THEN 'deposit'
    WHEN upper(type) = 'WITHDRAWAL' OR starts_with(upper(type), 'WITHDRAWAL_') THEN 'withdrawal'
    WHEN upper(type) IN ('BALANCE_MOVE_CREDIT', 'BALANCE_MOVE_DEBIT') THEN 'transfer'
    WHEN upper(type) IN ('AFFILIATE', 'REFERRAL', 'NEW_USER_REWARD') THEN 'reward'
    -- older files leave the type of an affiliate's share blank
    WHEN coalesce(type, '') = '' AND starts_with(text, 'User: ') THEN 'reward'
    ELSE 'other' END;

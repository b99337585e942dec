-- OKX's words.

CREATE OR REPLACE TEMP MACRO okx_funding_kind(type) AS CASE
    WHEN regexp_matches(type, '^deposit') THEN 'deposit'
    WHEN regexp_matches(type, '^withdraw') THEN 'withdrawal'
    WHEN regexp_matches(type, 'yield|interest|reward|airdrop|distribution|bonus|earnings|gift|mystery box|jumpstart') THEN 'reward'
    WHEN regexp_matches(type, 'rebate|commission|referral|cashback') THEN 'rebate'
    WHEN regexp_matches(type, 'convert|small assets') THEN 'conversion'
    WHEN regexp_matches(type, 'p2p|buy|sell|fiat') THEN 'trade'
    WHEN regexp_matches(type, 'from |to |transfer|stak|savings|subscription|redemption|redeem|purchase|earn|lock|unlock') THEN 'transfer'
    WHEN regexp_matches(type, 'loan|borrow|repay|collateral') THEN 'margin'
    WHEN regexp_matches(type, '\bfee\b') THEN 'fee'
    ELSE 'other' END;

CREATE OR REPLACE TEMP MACRO okx_trading_kind(type, action) AS CASE
    WHEN type = 'spot' THEN 'trade'
    WHEN type = 'convert' THEN 'conversion'
    WHEN type IN ('transfer', 'auto transfer', 'auto conversion') THEN 'transfer'
    WHEN regexp_matches(type, 'funding fee') OR regexp_matches(action, 'funding fee') THEN 'funding'
    WHEN regexp_matches(type, 'liquidation|adl') OR regexp_matches(action, 'liquidation') THEN 'liquidation'
    WHEN regexp_matches(type, 'swap|futures|margin|option|perpetual|delivery|interest|borrow|repay|settle') THEN 'margin'
    WHEN regexp_matches(type, 'rebate') THEN 'rebate'
    WHEN type = 'fee' THEN 'fee'
    ELSE 'other' END;

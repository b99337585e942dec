-- OKX's words.

-- what is borrowed, given back or pledged is no income and no loss; the interest on it is
CREATE OR REPLACE TEMP MACRO okx_funding_kind(type) AS CASE
    WHEN regexp_matches(type, 'interest') AND regexp_matches(type, 'loan|borrow|deduct') THEN 'margin'
    WHEN regexp_matches(type, '^deposit') AND NOT regexp_matches(type, 'yield|interest|reward|bonus') THEN 'deposit'
    WHEN regexp_matches(type, '^withdraw') THEN 'withdrawal'
    WHEN regexp_matches(type, 'jumpstart|gift|mystery box') AND regexp_matches(type, 'lock|stak|subscri|redeem|redemption') THEN 'transfer'
    WHEN regexp_matches(type, 'yield|interest|reward|airdrop|distribution|bonus|earnings|gift|mystery box|jumpstart') THEN 'reward'
    WHEN regexp_matches(type, 'rebate|commission|referral|cashback') THEN 'rebate'
    WHEN regexp_matches(type, 'convert|small assets') THEN 'conversion'
    WHEN regexp_matches(type, 'p2p|buy|sell|fiat') THEN 'trade'
    WHEN regexp_matches(type, 'from |to |transfer|data migration|stak|savings|subscription|redemption|redeem|purchase|earn|lock|unlock') THEN 'transfer'
    WHEN regexp_matches(type, 'loan|borrow|repay|collateral') THEN 'transfer'
    WHEN regexp_matches(type, '\bfee\b') THEN 'fee'
    ELSE 'other' END;

CREATE OR REPLACE TEMP MACRO okx_trading_kind(type, action) AS CASE
    WHEN type = 'spot' THEN 'trade'
    WHEN type IN ('convert', 'easy convert', 'one-click repay', 'auto conversion', 'auto token conversion', 'system token conversion') THEN 'conversion'
    WHEN type IN ('transfer', 'auto transfer', 'margin transfer', 'strategy transfer') THEN 'transfer'
    WHEN regexp_matches(type, '^(auto |manual )?(borrow|repay)') AND NOT contains(type, 'interest') THEN 'transfer'
    WHEN regexp_matches(type, 'funding fee') OR regexp_matches(action, 'funding fee') THEN 'funding'
    WHEN regexp_matches(type, 'liquidation|adl') OR regexp_matches(action, 'liquidation') THEN 'liquidation'
    WHEN regexp_matches(type, 'swap|futures|margin|option|perpetual|delivery|interest|borrow|repay|settle') THEN 'margin'
    WHEN regexp_matches(type, 'rebate') THEN 'rebate'
    WHEN type = 'fee' THEN 'fee'
    ELSE 'other' END;

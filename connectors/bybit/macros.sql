-- Bybit's words.

-- what Bybit's markets are quoted in; the longer code first where one ends with the other
CREATE OR REPLACE TEMP MACRO bybit_quotes() AS
    ['USDT', 'USDC', 'USDE', 'USDQ', 'USDR', 'EURQ', 'EURR', 'EUR', 'BRL', 'TRY', 'PLN', 'GBP', 'MNT', 'DAI', 'BTC', 'ETH', 'SOL', 'BRZ', 'USD'];

-- the kind of one line of the funding account, from its type and its description
CREATE OR REPLACE TEMP MACRO bybit_funding_kind(words) AS CASE
    -- from and to another owner's account at Bybit too, which is called an internal transfer
    WHEN regexp_matches(words, '^(fiat )?deposit') AND NOT regexp_matches(words, 'bonus|reward|interest|yield') THEN 'deposit'
    WHEN regexp_matches(words, '^(fiat )?withdraw') THEN 'withdrawal'
    WHEN regexp_matches(words, 'bybit ?pay') AND regexp_matches(words, 'payment') THEN 'withdrawal'
    WHEN regexp_matches(words, 'bybit ?pay') AND regexp_matches(words, 'collection|refund') THEN 'deposit'
    -- what is borrowed, given back or pledged is no income and no loss; the interest on it is
    WHEN regexp_matches(words, 'loan|borrow|repay|collateral') THEN if(contains(words, 'interest'), 'margin', 'transfer')
    WHEN regexp_matches(words, 'subscri|redemption|redeem|unstak|\bstake\b')
        AND NOT regexp_matches(words, 'interest|reward|yield|airdrop|bonus|distribution') THEN 'transfer'
    WHEN regexp_matches(words, 'interest|reward|yield|airdrop|bonus|distribution|launchpool|gift|prize|voucher|coupon') THEN 'reward'
    WHEN regexp_matches(words, 'rebate|commission|cashback|referral|affiliate') THEN 'rebate'
    WHEN regexp_matches(words, 'convert|exchange|swap|one-click (buy|sell)') THEN 'conversion'
    WHEN regexp_matches(words, 'p2p|fiat|buy crypto|card purchase') THEN 'trade'
    WHEN regexp_matches(words, 'stak|earn|transfer') THEN 'transfer'
    WHEN regexp_matches(words, 'withdraw') THEN 'withdrawal'
    WHEN regexp_matches(words, 'deposit') THEN 'deposit'
    WHEN regexp_matches(words, '\bfee\b') THEN 'fee'
    ELSE 'other' END;

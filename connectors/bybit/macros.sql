-- Bybit's words.

-- what Bybit's markets are quoted in; the longer code first where one ends with the other
CREATE OR REPLACE TEMP MACRO bybit_quotes() AS
    ['USDT', 'USDC', 'USDE', 'USDQ', 'USDR', 'EURQ', 'EURR', 'EUR', 'BRL', 'TRY', 'PLN', 'GBP', 'MNT', 'DAI', 'BTC', 'ETH', 'SOL', 'BRZ', 'USD'];

-- the kind of one line of the funding account, from its type and its description
CREATE OR REPLACE TEMP MACRO bybit_funding_kind(words) AS CASE
    WHEN regexp_matches(words, 'interest|reward|yield|airdrop|bonus|distribution|launchpool|gift|prize|voucher|coupon') THEN 'reward'
    WHEN regexp_matches(words, 'rebate|commission|cashback|referral|affiliate') THEN 'rebate'
    WHEN regexp_matches(words, 'convert|exchange|swap|one-click (buy|sell)') THEN 'conversion'
    WHEN regexp_matches(words, 'p2p|fiat|buy crypto|card purchase') THEN 'trade'
    WHEN regexp_matches(words, 'subscri|redemption|redeem|stak|earn|transfer') THEN 'transfer'
    WHEN regexp_matches(words, 'loan|borrow|repay|collateral') THEN 'margin'
    WHEN regexp_matches(words, 'withdraw') THEN 'withdrawal'
    WHEN regexp_matches(words, 'deposit') THEN 'deposit'
    WHEN regexp_matches(words, '\bfee\b') THEN 'fee'
    ELSE 'other' END;

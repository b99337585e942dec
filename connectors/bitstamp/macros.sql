-- Bitstamp's words. ETH2R is the reward of staked ETH, ETH2 the stake itself.
CREATE OR REPLACE TEMP MACRO bitstamp_asset(code) AS CASE upper(code) WHEN 'ETH2' THEN 'ETH' WHEN 'ETH2R' THEN 'ETH' ELSE upper(code) END;

CREATE OR REPLACE TEMP MACRO bitstamp_wallet(code) AS CASE WHEN upper(code) IN ('ETH2', 'ETH2R') THEN 'staking' ELSE 'spot' END;

CREATE OR REPLACE TEMP MACRO bitstamp_kind(type) AS CASE
    WHEN lower(type) IN ('deposit', 'ripple deposit', 'card deposit') THEN 'deposit'
    WHEN lower(type) IN ('withdrawal', 'ripple payment') THEN 'withdrawal'
    WHEN lower(type) = 'market' THEN 'trade'
    WHEN lower(type) IN ('staking reward', 'referral reward') THEN 'reward'
    WHEN lower(type) IN ('sub account transfer', 'inter account transfer') THEN 'transfer'
    ELSE 'other'
END;

-- which way an amount without a sign went; NULL where the type does not tell. Inter account transfers are signed.
CREATE OR REPLACE TEMP MACRO bitstamp_leaves(type, subtype, amount) AS CASE
    WHEN amount < 0 OR bitstamp_kind(type) = 'withdrawal' OR (bitstamp_kind(type) = 'trade' AND lower(subtype) = 'sell') THEN true
    WHEN bitstamp_kind(type) IN ('deposit', 'reward') OR (bitstamp_kind(type) = 'trade' AND lower(subtype) = 'buy')
        OR (lower(type) = 'inter account transfer' AND amount > 0) THEN false END;

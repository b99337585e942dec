-- Bitfinex's spelling of assets and wallets.
CREATE OR REPLACE TEMP MACRO bitfinex_asset(code) AS CASE upper(code)
    WHEN 'UST' THEN 'USDT' WHEN 'EUT' THEN 'EURT' WHEN 'UDC' THEN 'USDC' WHEN 'IOT' THEN 'IOTA' WHEN 'DSH' THEN 'DASH' WHEN 'QTM' THEN 'QTUM'
    WHEN 'DAT' THEN 'DATA' WHEN 'ALG' THEN 'ALGO' WHEN 'ATO' THEN 'ATOM' WHEN 'QSH' THEN 'QASH' WHEN 'YYW' THEN 'YOYOW' WHEN 'MNA' THEN 'MANA'
    WHEN 'BAB' THEN 'BCH' WHEN 'BCHN' THEN 'BCH' WHEN 'TERRAUST' THEN 'USTC' WHEN 'LUNA2' THEN 'LUNA' WHEN 'LUNA' THEN 'LUNC'
    ELSE upper(code) END;

-- [base, quote] of 'BTC/USD', 'DOGE:USD' or 'BTCUSD'
CREATE OR REPLACE TEMP MACRO bitfinex_pair(pair) AS list_transform(
    CASE WHEN regexp_matches(pair, '[/:]') THEN regexp_split_to_array(pair, '[/:]') WHEN length(pair) = 6 THEN [left(pair, 3), right(pair, 3)] END,
    lambda code: bitfinex_asset(code));

CREATE OR REPLACE TEMP MACRO bitfinex_wallet(name) AS CASE
    WHEN name IN ('exchange', '') THEN 'spot' WHEN name IN ('margin', 'trading') THEN 'margin' WHEN name IN ('funding', 'deposit') THEN 'funding'
    ELSE name END;

-- the kind of a ledger line, which tells its business in words only
CREATE OR REPLACE TEMP MACRO bitfinex_kind(words) AS CASE
    WHEN regexp_matches(words, '^(crypto )?withdrawal fee|^wire fee|deposit fee') THEN 'fee'
    WHEN regexp_matches(words, '^trading fee') THEN 'fee'
    WHEN regexp_matches(words, '^exchange ') THEN 'trade'
    WHEN regexp_matches(words, '^deposit|deposit \(') THEN 'deposit'
    WHEN regexp_matches(words, 'withdrawal') THEN 'withdrawal'
    WHEN regexp_matches(words, 'transfer of') THEN 'transfer'
    WHEN regexp_matches(words, 'margin funding payment|staking reward|interest payment|unused fee|airdrop|lottery|snapshot|fork') THEN 'reward'
    WHEN regexp_matches(words, 'earned fees|affiliate rebate|rebate') THEN 'rebate'
    WHEN regexp_matches(words, 'liquidation') THEN 'liquidation'
    WHEN regexp_matches(words, 'funding cost|funding event|used margin funding|margin funding charge') THEN 'funding'
    WHEN regexp_matches(words, 'settlement|position|margin') THEN 'margin'
    WHEN regexp_matches(words, 'adjustment') THEN 'adjustment'
    ELSE 'other' END;

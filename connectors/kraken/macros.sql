-- Kraken's asset codes and row types in the field's words.

-- Kraken's own code -> the common one. Only the codes listed lose a letter: XTZ, ZRX or XRP.S keep theirs.
-- LUNA .. REP: Kraken kept the old name where the field gave it to the successor.
CREATE OR REPLACE TEMP MACRO kraken_renamed() AS MAP {
    'XXBT': 'BTC', 'XBT': 'BTC', 'XXDG': 'DOGE', 'XDG': 'DOGE', 'XETH': 'ETH', 'XETC': 'ETC', 'XLTC': 'LTC', 'XXRP': 'XRP',
    'XXLM': 'XLM', 'XXMR': 'XMR', 'XZEC': 'ZEC', 'XMLN': 'MLN', 'XICN': 'ICN', 'XNMC': 'NMC', 'XXVN': 'VEN', 'XDAO': 'DAO',
    'XREP': 'REPV1', 'REP': 'REPV1', 'REPV2': 'REP', 'ETH2': 'ETH',
    'ZEUR': 'EUR', 'ZUSD': 'USD', 'ZGBP': 'GBP', 'ZCAD': 'CAD', 'ZJPY': 'JPY', 'ZAUD': 'AUD', 'ZKRW': 'KRW',
    'FEE': 'KFEE', 'LUNA': 'LUNC', 'LUNA2': 'LUNA', 'UST': 'USTC'
};

-- A code without Kraken's wallet suffix, and without the days of a bonded one (DOT28.S).
CREATE OR REPLACE TEMP MACRO kraken_plain(code) AS CASE
    WHEN contains(code, '.') THEN regexp_replace(split_part(code, '.', 1), '(03|04|07|14|21|28)$', '')
    ELSE code
END;

-- The asset of a code. A tokenized asset (.T) is an asset of its own.
CREATE OR REPLACE TEMP MACRO kraken_asset(code) AS CASE
    WHEN code LIKE '%.T' THEN code
    ELSE coalesce(kraken_renamed()[kraken_plain(code)], kraken_plain(code))
END;

-- The wallet a code stands for: the same asset, staked or lent inside Kraken.
CREATE OR REPLACE TEMP MACRO kraken_wallet(code) AS CASE
    WHEN code = 'ETH2' THEN 'staking'
    WHEN NOT contains(code, '.') THEN 'spot'
    WHEN code LIKE '%.S' OR code LIKE '%.P' THEN 'staking'
    WHEN code LIKE '%.M' OR code LIKE '%.B' OR code LIKE '%.F' THEN 'earn'
    WHEN code LIKE '%.HOLD' THEN 'hold'
    ELSE 'spot'
END;

CREATE OR REPLACE TEMP MACRO kraken_is_fiat(code) AS
    kraken_asset(code) IN ('EUR', 'USD', 'GBP', 'CAD', 'JPY', 'AUD', 'CHF', 'KRW', 'AED');

-- The kind of one ledger row, from that row alone: its sister rows may stand on another page. So the two rows of an instant
-- purchase say 'trade' (the money) and 'conversion' (the coin): in an event, 'trade' prevails.
CREATE OR REPLACE TEMP MACRO kraken_kind(type, subtype, code, amount, fee) AS CASE
    WHEN type IN ('trade', 'deposit', 'withdrawal', 'conversion', 'adjustment') THEN type
    WHEN type IN ('spend', 'receive') AND subtype <> 'dustsweeping' AND kraken_is_fiat(code) THEN 'trade'
    WHEN type IN ('spend', 'receive') THEN 'conversion'
    WHEN type IN ('margin', 'margin trade', 'rollover', 'settled') THEN 'margin'
    WHEN subtype = 'delistingconversion' THEN 'conversion'
    WHEN type IN ('earn', 'transfer') AND subtype = 'airdrop' THEN 'reward'
    WHEN type = 'earn' AND subtype = 'reward' THEN 'reward'
    WHEN type = 'earn' AND subtype = '' AND fee <> 0 THEN 'reward'
    WHEN type = 'earn' AND subtype IN ('allocation', 'deallocation', 'autoallocation', 'autoallocate', 'migration') THEN 'transfer'
    WHEN type = 'transfer' AND subtype IN ('spottostaking', 'stakingfromspot', 'stakingtospot', 'spotfromstaking',
                                           'spottofutures', 'spotfromfutures') THEN 'transfer'
    -- a negative staking row is the bookkeeping of ETH2, no loss
    WHEN type = 'staking' THEN CASE WHEN amount < 0 THEN 'transfer' ELSE 'reward' END
    WHEN type IN ('reward', 'dividend', 'invite bonus') THEN 'reward'
    WHEN type = 'nftcreatorfee' THEN 'fee'
    WHEN type IN ('nftrebate', 'nft_rebate') THEN 'rebate'
    WHEN type = 'custodytransfer' THEN 'transfer'
    -- a bare transfer is a fork, a settlement or a sweep: Kraken does not say which
    ELSE 'other'
END;

CREATE OR REPLACE TEMP MACRO kraken_source_type(type, subtype) AS
    type || CASE WHEN subtype = '' THEN '' ELSE '/' || subtype END;

-- The event a ledger row belongs to. A rollover names the trade that opened the position and comes every few hours: each is
-- an event of its own. The two rows of a move to or from staking or futures have a refid each and follow one another within a minute:
-- they are one event by their hour, coin and amount, so that what was staked keeps its cost. Rows of earn whose refid is 'Unknown' have
-- nothing in common but that word: the two sides of a move meet in the same way.
CREATE OR REPLACE TEMP MACRO kraken_event(type, subtype, refid, asset, amount, at_time) AS
    CASE WHEN type = 'transfer' AND subtype IN ('spottostaking', 'stakingfromspot', 'stakingtospot', 'spotfromstaking', 'spottofutures', 'spotfromfutures')
         THEN moved_event(date_trunc('hour', at_time), kraken_asset(asset), amount)
         WHEN lower(refid) = 'unknown' THEN moved_event(at_time, kraken_asset(asset), amount)
         WHEN type <> 'rollover' AND refid <> '' THEN 'ref:' || refid END;

-- Where a pair is not in the list of markets (delisted, or a file read offline): [base, quote] in Kraken's codes, or NULL.
-- The old pairs are two codes of four letters; XTZEUR is no such pair, its base is XTZ.
CREATE OR REPLACE TEMP MACRO kraken_split(pair) AS CASE
    WHEN contains(pair, '/') THEN string_split(pair, '/')
    WHEN length(pair) = 8 AND kraken_renamed()[right(pair, 4)] IS NOT NULL
        AND (kraken_renamed()[left(pair, 4)] IS NOT NULL OR left(pair, 4) IN ('USDT', 'USDC'))
        THEN [left(pair, 4), right(pair, 4)]
    WHEN regexp_matches(pair, '^.{2,}(USDT|USDC|EUR|USD|GBP|CHF|CAD|AUD|JPY|DAI|XBT|ETH|DOT)$')
        THEN regexp_extract_all(pair, '^(.{2,}?)(USDT|USDC|EUR|USD|GBP|CHF|CAD|AUD|JPY|DAI|XBT|ETH|DOT)$', 1)
            || regexp_extract_all(pair, '^(.{2,}?)(USDT|USDC|EUR|USD|GBP|CHF|CAD|AUD|JPY|DAI|XBT|ETH|DOT)$', 2)
END;

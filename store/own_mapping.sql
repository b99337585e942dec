-- one row: what a line of a file says by its owner's own mapping. The columns are meanings, each NULL where the owner named none:
-- time, what, side, asset, amount (signed), quote_asset, total, market, in_*, out_*, fee_*, price, id, tx_hash, note.
-- With a side the amount is a quantity and the total its counter-value; without one the sign of the amount says the direction
WITH said AS (
    SELECT *, lower(trim(coalesce(what, ''))) AS word, lower(trim(coalesce(side, what, ''))) AS way,
        coalesce(asset, nullif(regexp_extract(market, '^([^/_:-]+)[/_:-]([^/_:-]+)$', 1), '')) AS base,
        coalesce(quote_asset, nullif(regexp_extract(market, '^([^/_:-]+)[/_:-]([^/_:-]+)$', 2), '')) AS quote
    FROM rows
), sided AS (
    SELECT *, CASE WHEN total IS NULL THEN NULL WHEN way LIKE '%buy%' OR way IN ('bid', 'kauf') THEN 'buy'
        WHEN way LIKE '%sell%' OR way IN ('ask', 'verkauf') THEN 'sell' END AS dealt
    FROM said
), moved AS (
    SELECT *,
        CASE WHEN in_amount <> 0 THEN in_asset WHEN dealt = 'buy' THEN base WHEN dealt = 'sell' THEN quote WHEN amount > 0 THEN base END AS arrived,
        CASE WHEN in_amount <> 0 THEN abs(in_amount) WHEN dealt = 'buy' THEN abs(amount) WHEN dealt = 'sell' THEN abs(total) WHEN amount > 0 THEN amount END AS arriving,
        CASE WHEN out_amount <> 0 THEN out_asset WHEN dealt = 'buy' THEN quote WHEN dealt = 'sell' THEN base WHEN amount < 0 THEN base END AS went,
        CASE WHEN out_amount <> 0 THEN abs(out_amount) WHEN dealt = 'buy' THEN abs(total) WHEN dealt = 'sell' THEN abs(amount) WHEN amount < 0 THEN -amount END AS going
    FROM sided
)
SELECT
    line,
    CASE WHEN coalesce(arriving, 0) = 0 AND coalesce(going, 0) = 0 AND coalesce(fee_amount, 0) = 0 THEN 'nothing_moved' END AS skip,
    'movement' AS grain,
    CASE WHEN id IS NOT NULL THEN 'own' END AS namespace,
    id AS row_id,
    tx_hash,
    time AS occurred_at,
    CASE WHEN regexp_matches(word, 'deposit|withdraw|receive|sen[dt]') THEN 86400 END AS match_window,
    CASE WHEN dealt IS NOT NULL OR regexp_matches(word, 'trade|buy|sell') THEN 'trade'
        WHEN regexp_matches(word, 'withdraw|sen[dt]') THEN 'withdrawal'
        WHEN regexp_matches(word, 'deposit|receive') THEN 'deposit'
        WHEN regexp_matches(word, 'reward|staking|interest|airdrop|earn') THEN 'reward'
        WHEN regexp_matches(word, 'conver|swap|exchange') THEN 'conversion'
        WHEN regexp_matches(word, '^fee') THEN 'fee'
        WHEN regexp_matches(word, 'transfer') THEN 'transfer'
        WHEN arriving IS NOT NULL AND going IS NOT NULL THEN 'trade'
        ELSE 'other' END AS kind,
    what AS source_type,
    market,
    dealt AS side,
    price,
    upper(trim(went)) AS out_asset,
    nullif(going, 0) AS out_amount,
    upper(trim(arrived)) AS in_asset,
    nullif(arriving, 0) AS in_amount,
    CASE WHEN fee_amount IS NOT NULL THEN upper(trim(coalesce(fee_asset, quote, base))) END AS fee_asset,
    abs(fee_amount) AS fee_amount,
    note
FROM moved

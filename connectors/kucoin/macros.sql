-- KuCoin's words.

-- what became of an order or a movement; NULL for a word that is not known
CREATE OR REPLACE TEMP MACRO kucoin_is_done(status) AS CASE
    WHEN upper(status) IN ('SUCCESS', 'SUCCEEDED', 'DONE', 'DEAL', 'COMPLETED', 'FILLED') THEN true
    WHEN upper(status) IN ('FAILURE', 'FAILED', 'FAIL', 'CANCELED', 'CANCELLED', 'REJECTED', 'EXPIRED', 'CLOSED', 'PROCESSING', 'PENDING',
                           'WALLET_PROCESSING', 'REVIEW') THEN false END;

-- the coin that a futures contract settles in
CREATE OR REPLACE TEMP MACRO kucoin_settle(symbol) AS CASE
    WHEN symbol LIKE '%USDTM' THEN 'USDT' WHEN symbol LIKE '%USDCM' THEN 'USDC' WHEN symbol LIKE 'XBT%' THEN 'BTC'
    WHEN symbol LIKE '%USDM' THEN regexp_replace(symbol, 'USDM$', '') END;

-- Binance's spelling of assets and wallets.

-- A flexible Simple Earn holding of BTC stands among the spot balances as LDBTC. LDO is a coin of its own.
CREATE OR REPLACE TEMP MACRO binance_is_earn_receipt(code) AS upper(code) LIKE 'LD_%' AND upper(code) <> 'LDO';

CREATE OR REPLACE TEMP MACRO binance_asset(code) AS
    CASE WHEN binance_is_earn_receipt(code) THEN upper(code)[3:] ELSE upper(code) END;

-- `Account` of a statement; its case and hyphens changed between years of the export.
CREATE OR REPLACE TEMP MACRO binance_wallet(account, code) AS
    CASE WHEN binance_is_earn_receipt(code) THEN 'earn'
         ELSE CASE regexp_replace(lower(account), '[^a-z]', '', 'g')
             WHEN 'spot' THEN 'spot'
             WHEN 'earn' THEN 'earn'
             WHEN 'savings' THEN 'earn'
             WHEN 'funding' THEN 'funding'
             WHEN 'card' THEN 'card'
             WHEN 'pool' THEN 'pool'
             WHEN 'usdtfutures' THEN 'futures_usdm'
             WHEN 'usdmfutures' THEN 'futures_usdm'
             WHEN 'coinmfutures' THEN 'futures_coinm'
             WHEN 'crossmargin' THEN 'margin_cross'
             WHEN 'isolatedmargin' THEN 'margin_isolated'
             ELSE regexp_replace(trim(lower(account)), '[^a-z0-9]+', '_', 'g')
         END
    END;

-- whether the money of a deposit or withdrawal has moved, in the words of its export; NULL for a word that is not known
CREATE OR REPLACE TEMP MACRO binance_is_done(status) AS
    CASE WHEN lower(status) IN ('completed', 'successful') THEN true
         WHEN lower(status) IN ('awaiting approval', 'canceled', 'cancelled', 'email sent', 'expired', 'failed', 'failure', 'pending',
                                'processing', 'rejected', 'waiting user confirm', 'wrong deposit') THEN false END;

-- what Binance's markets were ever quoted in, the longer code first where one ends with the other. For files read without the
-- list of markets, which does not name what was delisted long ago.
CREATE OR REPLACE TEMP MACRO binance_quotes() AS
    ['FDUSD', 'USDT', 'USDC', 'BUSD', 'TUSD', 'USDS', 'USD1', 'DAI', 'PAX', 'VAI', 'AEUR', 'EURI', 'EUR', 'GBP', 'AUD', 'TRY', 'RUB', 'BRL', 'UAH', 'ZAR',
     'NGN', 'IDRT', 'BIDR', 'BKRW', 'BVND', 'PLN', 'RON', 'ARS', 'JPY', 'CZK', 'MXN', 'COP', 'BTC', 'ETH', 'BNB', 'XRP', 'TRX', 'DOGE', 'DOT', 'SOL'];

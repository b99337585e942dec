-- The account log's symbols are Kraken's codes in small letters; what pays fees, KFEE, is written as 'fee'.

CREATE OR REPLACE TEMP MACRO krakenfutures_asset(symbol) AS
    CASE lower(symbol) WHEN 'xbt' THEN 'BTC' WHEN 'xdg' THEN 'DOGE' WHEN 'fee' THEN 'KFEE' ELSE upper(symbol) END;

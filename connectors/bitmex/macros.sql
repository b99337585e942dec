-- BitMEX tells amounts of a settlement currency in its smallest unit: XBt is a satoshi, USDt a millionth of USDT.

CREATE OR REPLACE TEMP MACRO bitmex_asset(code) AS
    CASE code WHEN 'XBt' THEN 'BTC' WHEN 'XBT' THEN 'BTC' WHEN 'USDt' THEN 'USDT' ELSE upper(coalesce(code, 'BTC')) END;

-- NULL where the unit of the currency is not known
CREATE OR REPLACE TEMP MACRO bitmex_amount(units, code) AS CASE
    WHEN coalesce(code, 'XBt') = 'XBt' THEN exact_product(units, 0.00000001::DECIMAL(38,18))
    WHEN code IN ('USDt', 'MAMUSd') THEN exact_product(units, 0.000001::DECIMAL(38,18))
END;

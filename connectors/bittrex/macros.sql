-- Bittrex's own codes, and its flags.
CREATE OR REPLACE TEMP MACRO bittrex_asset(code) AS CASE upper(code) WHEN 'BCC' THEN 'BCH' ELSE upper(code) END;
CREATE OR REPLACE TEMP MACRO bittrex_is_true(flag) AS lower(flag) = 'true';

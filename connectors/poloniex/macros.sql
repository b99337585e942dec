-- Poloniex's own codes.
CREATE OR REPLACE TEMP MACRO poloniex_asset(code) AS
    CASE upper(code) WHEN 'STR' THEN 'XLM' WHEN 'BCHABC' THEN 'BCH' WHEN 'BCHSV' THEN 'BSV' ELSE upper(code) END;

-- a status with what it says of a movement behind a colon: 'COMPLETE: <hash>'
CREATE OR REPLACE TEMP MACRO poloniex_fate(status) AS
    CASE WHEN regexp_matches(upper(status), '^COMPLETED?: *ERROR') THEN 'nothing' ELSE fate_of(split_part(status, ':', 1)) END;
CREATE OR REPLACE TEMP MACRO poloniex_hash(status) AS nullif(regexp_extract(status, ': *(0x)?([0-9a-zA-Z]{32,})$', 2), '');

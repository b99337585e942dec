CREATE OR REPLACE TEMP MACRO independentreserve_asset(code) AS CASE upper(trim(code)) WHEN 'XBT' THEN 'BTC' ELSE upper(trim(code)) END;

-- the kind of one line of a report of transactions, from its own word
CREATE OR REPLACE TEMP MACRO independentreserve_kind(type) AS CASE
    WHEN lower(trim(type)) = 'trade' THEN 'trade'
    WHEN lower(trim(type)) IN ('brokerage', 'gst', 'withdrawal fee', 'withdrawalfee', 'deposit fee', 'depositfee') THEN 'fee'
    WHEN lower(trim(type)) IN ('deposit', 'withdrawal') THEN lower(trim(type))
    WHEN lower(trim(type)) IN ('referralcommission', 'referral commission') THEN 'rebate'
    ELSE 'other' END;

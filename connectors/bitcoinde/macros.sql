-- the kind of a booking, from its own word in either language or as the API calls it; NULL for a trade's
CREATE OR REPLACE TEMP MACRO bitcoinde_kind(type) AS CASE
    WHEN lower(trim(type)) IN ('kauf', 'purchase', 'buy', 'verkauf', 'sale', 'sell') THEN 'trade'
    WHEN lower(trim(type)) IN ('einzahlung', 'deposit', 'inpayment') THEN 'deposit'
    WHEN lower(trim(type)) IN ('auszahlung', 'disbursement', 'payout') THEN 'withdrawal'
    WHEN lower(trim(type)) IN ('netzwerk-gebühr', 'network fee', 'outgoing_fee_voluntary') THEN 'fee'
    WHEN lower(trim(type)) IN ('partnerprogramm', 'partner programme', 'kickback') THEN 'rebate'
    WHEN lower(trim(type)) IN ('registrierung', 'registration', 'welcome btc') THEN 'reward'
    WHEN lower(trim(type)) IN ('korrekturposition') THEN 'adjustment'
    ELSE 'other' END;

-- a reference that is a transaction of a blockchain; that of a trade is a short word
CREATE OR REPLACE TEMP MACRO bitcoinde_hash(reference) AS CASE WHEN regexp_full_match(lower(trim(reference)), '(0x)?[0-9a-f]{64}') THEN trim(reference) END;

-- Nexo's asset codes and transaction types. Types are spelled with blanks or without, by the year of the export.

-- EURX, GBPX, USDX are Nexo's names of money it holds; xUSD is the same money owed, see nexo_wallet
CREATE OR REPLACE TEMP MACRO nexo_asset(code) AS CASE code
    WHEN 'NEXONEXO' THEN 'NEXO' WHEN 'NEXOBNB' THEN 'NEXO' WHEN 'NEXOBEP2' THEN 'NEXO' WHEN 'BNBN' THEN 'BNB' WHEN 'USDTERC' THEN 'USDT'
    WHEN 'EURX' THEN 'EUR' WHEN 'GBPX' THEN 'GBP' WHEN 'USDX' THEN 'USD'
    WHEN 'xEUR' THEN 'EUR' WHEN 'xGBP' THEN 'GBP' WHEN 'xUSD' THEN 'USD'
    ELSE upper(code) END;

CREATE OR REPLACE TEMP MACRO nexo_word(type) AS lower(replace(type, ' ', ''));

CREATE OR REPLACE TEMP MACRO nexo_is_loan(word) AS
    word IN ('withdrawalcredit', 'loanwithdrawal', 'repayment', 'manualrepayment', 'autorepayment');

CREATE OR REPLACE TEMP MACRO nexo_wallet(word, code) AS
    CASE WHEN code IN ('xEUR', 'xGBP', 'xUSD') OR (nexo_is_loan(word) AND is_fiat(code)) THEN 'credit' ELSE 'spot' END;

-- the named rule by which a row has no effect on a balance, or NULL
CREATE OR REPLACE TEMP MACRO nexo_skip(word, details) AS CASE
    WHEN starts_with(lower(details), 'rejected') THEN 'rejected'
    WHEN word IN ('deposittoexchange', 'exchangetowithdraw', 'creditcardfiatxexchangetowithdraw') THEN 'fiat_step'
    WHEN word IN ('lockingtermdeposit', 'unlockingtermdeposit', 'administrator') THEN 'internal'
    WHEN word IN ('transferin', 'transferout') AND NOT regexp_matches(lower(details), 'bank|sepa|iban') THEN 'internal'
END;

CREATE OR REPLACE TEMP MACRO nexo_kind(word, details, amount) AS CASE
    WHEN word IN ('interest', 'fixedterminterest', 'interestadditional') THEN if(amount < 0, 'margin', 'reward')
    WHEN word IN ('dividend', 'referralbonus', 'cashback', 'exchangecashback', 'bonus') THEN 'reward'
    WHEN word IN ('deposit', 'exchangedepositedon', 'topupcrypto') THEN
        -- coins that a loan's money bought
        CASE WHEN contains(details, 'Airdrop') THEN 'reward' WHEN contains(details, 'Credit') THEN 'trade' ELSE 'deposit' END
    WHEN word IN ('withdrawal', 'withdrawexchanged', 'nexocardpurchase') THEN 'withdrawal'
    WHEN word IN ('transferin', 'transferout') THEN if(amount < 0, 'withdrawal', 'deposit')
    WHEN word IN ('exchange', 'creditcardstatus', 'exchangecollateral', 'manualsellorder') THEN 'conversion'
    WHEN word IN ('nexocardtransactionfee', 'withdrawalfee') THEN 'fee'
    WHEN word = 'assimilation' THEN 'rebate'
    WHEN word = 'liquidation' THEN 'liquidation'
    -- what is borrowed and given back is no income and no loss
    WHEN nexo_is_loan(word) OR word IN ('transfertoprowallet', 'transferfromprowallet') THEN 'transfer'
    ELSE 'other'
END;

-- whether a type leaves, arrives, or does both; types that are not known go by the sign of the amount
CREATE OR REPLACE TEMP MACRO nexo_way(word, amount) AS CASE
    WHEN word IN ('exchange', 'creditcardstatus', 'exchangecollateral', 'manualsellorder') THEN 'both'
    WHEN word IN ('withdrawal', 'withdrawexchanged', 'nexocardpurchase', 'liquidation', 'repayment', 'manualrepayment', 'autorepayment',
                  'transfertoprowallet') THEN 'out'
    WHEN word IN ('deposit', 'exchangedepositedon', 'topupcrypto', 'dividend', 'referralbonus', 'cashback', 'exchangecashback', 'bonus',
                  'assimilation', 'withdrawalcredit', 'loanwithdrawal', 'transferfromprowallet') THEN 'in'
    WHEN amount < 0 THEN 'out' ELSE 'in'
END;

CREATE OR REPLACE TEMP MACRO nexo_tx_hash(details) AS
    nullif(regexp_extract(details, '/ (0x[0-9a-fA-F]{64}|[0-9a-fA-F]{64})\b', 1), '');

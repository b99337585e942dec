-- what a line of a ledger of transactions is, from its own word as the site or as the API writes it
CREATE OR REPLACE TEMP MACRO bitget_kind(type) AS CASE
    WHEN regexp_matches(lower(type), '^(burst|force|risk_liq|offset|delivery)_|liquidat') THEN 'liquidation'
    WHEN regexp_matches(lower(type), 'settle_fee|^funding') THEN 'funding'
    WHEN regexp_matches(lower(type), '^(open|close)_(long|short)|^(buy|sell)_deal|^position profit$') THEN 'margin'
    WHEN lower(type) IN ('buy', 'sell', 'fiat', 'order_dealt_frozen_out', 'order_dealt_in') THEN 'trade'
    WHEN lower(type) IN ('exchange income', 'exchange spending') OR regexp_matches(lower(type), 'convert|small balance') THEN 'conversion'
    WHEN lower(type) IN ('deposit', 'deposit credited', 'on-chain deposit', 'ordinary deposit') THEN 'deposit'
    WHEN lower(type) IN ('withdraw', 'withdrawal', 'ordinary withdrawal', 'on-chain withdrawal') THEN 'withdrawal'
    WHEN regexp_matches(lower(type), 'rebate|cashback|commission return') THEN 'rebate'
    WHEN regexp_matches(lower(type), 'recycle') THEN 'adjustment'
    WHEN regexp_matches(lower(type), '^(interest|gains)$|airdrop|reward|bonus|grants_issue|launchpool') THEN 'reward'
    WHEN regexp_matches(lower(type), 'transfer|^trans_|^financial$|^automatic (deposit|withdrawal)$|trading bot position|adjust_margin|margin_back|subscription|redemption|^(borrow|repayment)$')
        THEN 'transfer'
    WHEN regexp_matches(lower(type), 'interest_(settlement|repayment)') THEN 'margin'
    ELSE 'other' END;

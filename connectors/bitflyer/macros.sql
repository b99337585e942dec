-- Trade types of both languages in one word each.
CREATE OR REPLACE TEMP MACRO bitflyer_word(type) AS CASE
    WHEN lower(type) IN ('buy', '買い') THEN 'buy'
    WHEN lower(type) IN ('sell', '売り') THEN 'sell'
    WHEN lower(type) IN ('deposit', 'receive', '入金', '預入') THEN 'deposit'
    WHEN lower(type) IN ('withdraw', 'withdrawal', 'send', '出金', '外部送付') THEN 'withdrawal'
    WHEN lower(type) IN ('bonus', '受取') THEN 'reward'
    WHEN lower(type) IN ('fee', '手数料', '送付手数料', '出金手数料') THEN 'fee'
    WHEN type IN ('証拠金預入', '証拠金引出') THEN 'internal'
    ELSE 'other' END;

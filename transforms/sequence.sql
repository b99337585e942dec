-- One movement with the number its source gives it, where several of one asset share an instant and all are fills of one market:
-- then that number tells their order.
WITH tied AS (
    SELECT hash(asset, occurred_at) AS instant FROM movements GROUP BY 1 HAVING count(*) > 1
), numbered AS (
    SELECT m.rowid AS movement, m.asset, m.occurred_at, t.market, m.account,
        try_cast(regexp_extract(t.native_id, '^([A-Z0-9]+:)?([0-9]{1,18})$', 2) AS BIGINT) AS sequence
    FROM movements m JOIN lake.core.transactions t USING (tx_id) WHERE hash(m.asset, m.occurred_at) IN (FROM tied)
)
SELECT movement, sequence FROM numbered WINDOW same AS (PARTITION BY asset, occurred_at)
QUALIFY count(*) OVER same = count(sequence) OVER same AND count(market) OVER same = count(*) OVER same
    AND min(market) OVER same = max(market) OVER same AND min(account) OVER same = max(account) OVER same

-- Transactions that arriving rows tell and that stood just so before.
SELECT count(DISTINCT tx_id)
FROM (
    SELECT tx_id FROM arriving WHERE fate IN ('known', 'repeated')
    UNION ALL
    SELECT f.tx_id FROM fates f JOIN said USING (u) WHERE said.mapped_row IS NOT NULL
) ANTI JOIN differing USING (tx_id);

-- Rows to keep that say nothing new, and the transactions that arriving rows tell.
SELECT count(*) FILTER (WHERE fate = 'known'), count(DISTINCT tx_id) FILTER (WHERE fate IN ('known', 'repeated')) FROM arriving;

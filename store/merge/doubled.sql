-- One id that several standing rows tell. Most merges have none, and need not look at more than the ids.
CREATE OR REPLACE TEMP TABLE doubled AS
SELECT grain, namespace, row_id FROM stands WHERE row_id IS NOT NULL GROUP BY ALL HAVING count(*) > 1;

SELECT count(*) FROM doubled;

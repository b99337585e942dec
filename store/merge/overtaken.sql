-- One id that the API answers several times in one go.
CREATE OR REPLACE TEMP TABLE answered_twice AS
SELECT grain, namespace, row_id FROM incoming WHERE origin = 'api' AND row_id IS NOT NULL GROUP BY ALL HAVING count(*) > 1;

-- one such answer that is not the latest
CREATE OR REPLACE TEMP TABLE overtaken (mapped_row BIGINT);

SELECT count(*) FROM answered_twice;

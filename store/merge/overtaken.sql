-- One API answer that is not the latest of several in one go.
CREATE OR REPLACE TEMP TABLE overtaken AS
WITH answers AS (SELECT * FROM incoming WHERE origin = 'api' AND row_id IS NOT NULL),
doubled AS (SELECT grain, namespace, row_id FROM answers GROUP BY ALL HAVING count(*) > 1)
SELECT mapped_row FROM answers SEMI JOIN doubled USING (grain, namespace, row_id)
QUALIFY row_number() OVER (PARTITION BY grain, namespace, row_id ORDER BY said_at DESC, words(answers) DESC, source, line, part) > 1;

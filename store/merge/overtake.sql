-- Of several answers in one go the latest counts.
INSERT INTO overtaken
SELECT mapped_row FROM incoming SEMI JOIN answered_twice USING (grain, namespace, row_id)
WHERE origin = 'api'
QUALIFY row_number() OVER (PARTITION BY grain, namespace, row_id ORDER BY said_at DESC, words(incoming) DESC, source, line, part) > 1;

-- Nothing new is said: the rows that tell of transactions as they stand are kept with them.
INSERT INTO lake.core.rows BY NAME
SELECT COLUMNS(lambda name: name NOT IN ('mapped_row', 'connection', 'fate', 'lake_row')), $connection AS connection
FROM incoming JOIN arriving USING (mapped_row)
WHERE fate = 'known';

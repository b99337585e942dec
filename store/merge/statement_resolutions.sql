-- One resolution of statements, finest first.
SELECT DISTINCT step, decimals FROM stands WHERE grain = 'statement' ORDER BY step, decimals DESC;

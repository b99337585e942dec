-- One page that said anything new, and how many of its rows the lake takes or lets go.
SELECT source, count(*)
FROM incoming JOIN arriving USING (mapped_row)
WHERE origin = 'api' AND fate IN ('new', 'known')
GROUP BY source
UNION ALL
SELECT source, count(*) FROM taken_back GROUP BY source;

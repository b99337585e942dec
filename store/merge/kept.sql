-- One page that said anything new, and how many of its rows the lake takes.
SELECT source, count(*)
FROM incoming JOIN arriving USING (mapped_row)
WHERE origin = 'api' AND fate IN ('new', 'known')
GROUP BY source;

-- Claims that rest on the API's own rows: what they leave out was not returned.
SELECT count(*) FROM lake.core.coverage WHERE connection = $connection AND basis = 'paged';

-- Whether every mapped row says something new, so that none needs to be told apart.
SELECT count(*) = (SELECT count(*) FROM mapped) AND count(*) > 0 FROM arriving WHERE fate = 'new';

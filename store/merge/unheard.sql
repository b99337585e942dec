-- Rows that ask and have met nothing yet.
SELECT count(*) FROM asking ANTI JOIN held USING (u);

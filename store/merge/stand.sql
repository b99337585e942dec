-- What no finer row has told before stands by itself, once for all the files that have it.
INSERT INTO held SELECT first_u, u, voice FROM asking ANTI JOIN held USING (u);

-- One voice more that a standing row has been told by, through the id it holds.
INSERT INTO held
SELECT h.stands_u, NULL, t.voice FROM held h JOIN also_told t USING (u)
EXCEPT FROM held;

-- One row that a standing row holds is folded into it, and with it what was folded into that row before.
UPDATE folded SET stands_u = h.stands_u FROM held h WHERE folded.stands_u = h.u AND h.u <> h.stands_u;
INSERT INTO folded SELECT u, stands_u FROM held WHERE u <> stands_u;
CREATE OR REPLACE TEMP TABLE dropping AS SELECT u FROM held WHERE u <> stands_u;

SELECT count(*) FROM dropping;

-- The coarsest clock among movements, and how many voices tell them: one voice has nothing to be compared with.
SELECT max(step), count(DISTINCT voice(stands)) FROM stands WHERE grain = 'movement' AND match_window IS NULL;

-- The same where every mapped row stands as it was told: it is not even copied once.
CREATE OR REPLACE TEMP VIEW bookable AS FROM said;

-- One stretch that is no longer claimed, because the source that claimed it is taken back.
CREATE OR REPLACE TEMP TABLE changed_claims AS
SELECT stream, scope, from_at, to_at FROM lake.core.coverage WHERE connection = $connection AND source = $source;

DELETE FROM lake.core.coverage WHERE connection = $connection AND source = $source;

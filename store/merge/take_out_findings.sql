-- Findings that are gone.
DELETE FROM lake.ops.findings WHERE rowid IN (SELECT lake_row FROM gone_findings);

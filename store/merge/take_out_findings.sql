-- Findings that are gone.
DELETE FROM lake.ops.findings WHERE connection = $connection AND finding IN (SELECT finding FROM gone_findings);

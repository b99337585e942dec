-- One finding that is gone. An API answer that changed afterwards is history, not derived: it is added and stays.
CREATE OR REPLACE TEMP TABLE gone_findings AS SELECT finding FROM stood_findings ANTI JOIN derived_findings USING (finding);

SELECT count(*) FROM gone_findings;

-- One id that names its transaction no more.
CREATE OR REPLACE TEMP TABLE gone_ids AS SELECT lake_row FROM stood_ids ANTI JOIN derived_ids USING (namespace, id, tx_id);

SELECT count(*) FROM gone_ids;

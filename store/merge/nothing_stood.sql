-- Nothing stands in the lake on these days.
CREATE OR REPLACE TEMP TABLE stood (lake_row BIGINT, tx_id UUID, digest VARCHAR, first_seen TIMESTAMPTZ, run_id VARCHAR);
CREATE OR REPLACE TEMP TABLE stood_ids (lake_row BIGINT, namespace VARCHAR, id VARCHAR, tx_id UUID);
CREATE OR REPLACE TEMP TABLE stood_findings (lake_row BIGINT, finding VARCHAR);

-- Nothing arrives when a source is taken back or everything is derived anew.
CREATE OR REPLACE TEMP VIEW incoming AS
SELECT NULL::BIGINT AS mapped_row, * EXCLUDE (tx_id) FROM lake.core.rows WHERE false;

CREATE OR REPLACE TEMP TABLE arriving AS
SELECT mapped_row, NULL::UUID AS tx_id, NULL::BIGINT AS lake_row, 'new' AS fate FROM incoming;

-- one row of the lake that goes
CREATE OR REPLACE TEMP TABLE leaving (lake_row BIGINT, occurred_at TIMESTAMPTZ);

-- nor does the API say of anything that it moved nothing after all
CREATE OR REPLACE TEMP TABLE withdrawn (source VARCHAR, said_at TIMESTAMPTZ, namespace VARCHAR, row_id VARCHAR);
CREATE OR REPLACE TEMP TABLE taken_back (source VARCHAR);

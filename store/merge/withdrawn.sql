-- One id of which the API says by now that it moved nothing, as the reading left it; none where rows came another way.
CREATE TEMP TABLE IF NOT EXISTS withdrawn (source VARCHAR, said_at TIMESTAMPTZ, namespace VARCHAR, row_id VARCHAR);

-- one row of the lake that was told before, and the page that says otherwise
CREATE OR REPLACE TEMP TABLE taken_back (
    lake_row BIGINT, occurred_at TIMESTAMPTZ, status VARCHAR, said_at TIMESTAMPTZ, namespace VARCHAR, row_id VARCHAR,
    out_amount DECIMAL(38,18), in_amount DECIMAL(38,18), fee_amount DECIMAL(38,18), source VARCHAR
);

SELECT count(*) FROM withdrawn;

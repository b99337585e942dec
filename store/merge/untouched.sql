-- No day is touched: nothing was said, nothing differs.
CREATE OR REPLACE TEMP TABLE said (u BIGINT, lake_row BIGINT, mapped_row BIGINT, tx_id UUID);
CREATE OR REPLACE TEMP TABLE fates (u BIGINT, tx_id UUID);
CREATE OR REPLACE TEMP TABLE differing (tx_id UUID, lake_row BIGINT, first_seen TIMESTAMPTZ, what VARCHAR);

-- No day is touched: nothing was said, nothing differs.
CREATE OR REPLACE TEMP VIEW said AS
SELECT NULL::BIGINT AS u, NULL::BIGINT AS lake_row, NULL::BIGINT AS mapped_row, NULL::UUID AS tx_id WHERE false;
CREATE OR REPLACE TEMP TABLE fates (u BIGINT, tx_id UUID);
CREATE OR REPLACE TEMP TABLE differing (tx_id UUID, lake_row BIGINT, first_seen TIMESTAMPTZ, what VARCHAR);

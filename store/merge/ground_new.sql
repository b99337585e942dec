-- One mapped row, where all that arrives is new and nothing stands on its days: it need not be copied.
CREATE OR REPLACE TEMP VIEW ground AS
SELECT NULL::BIGINT AS lake_row, mapped_row, NULL::UUID AS tx_id, NULL::BIGINT AS nth_of_event, * EXCLUDE (mapped_row) FROM incoming;

-- One standing row and the transaction it belongs to: rows of one event are one transaction, others stand alone. The name of
-- a transaction comes from the exchange's ids, else from what the row says and how often that was said.
UPDATE parted SET nth = numbered.number FROM numbered WHERE parted.u = numbered.u;
UPDATE parted SET tx_id = CASE
    WHEN event_id IS NOT NULL THEN named_by_event($connection, event_id)
    WHEN row_id IS NOT NULL THEN named_by_id($connection, grain, namespace, row_id)
    ELSE named_by_words($connection, parted, nth) END;

CREATE OR REPLACE TEMP VIEW parts AS FROM parted;

-- one event that is described, and the transaction in which it was booked; none where nothing describes
CREATE OR REPLACE TEMP TABLE booked (event_id VARCHAR, tx_id UUID);

-- one row that stands or is folded, and its transaction
CREATE OR REPLACE TEMP VIEW fates AS
SELECT u, tx_id FROM parts
UNION ALL
SELECT f.u, p.tx_id FROM folded f JOIN parts p ON p.u = f.stands_u;

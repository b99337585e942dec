-- One own transfer, from the temp table `matched_transfers` and the events at its two ends.
SELECT $owner AS owner, s.tx_id AS out_tx, a.tx_id AS in_tx, s.connection AS out_connection, a.connection AS in_connection, x.asset,
    x.sent, x.arrived, s.occurred_at AS sent_at, a.occurred_at AS arrived_at, x.matched_by
FROM matched_transfers x JOIN odd s ON s.event = x.sent_event JOIN odd a ON a.event = x.arrived_event

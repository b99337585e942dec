-- One movement of one asset in or out of lots, of an odd event; those of told.sql stand beside them in the same table.
SELECT o.tx_id, a.account, o.occurred_at, e.what, e.asset, e.way::TINYINT AS way,
    e.quantity, e.value, e.fee, e.transfer, e.flags, e.turn
FROM effects e JOIN odd o USING (event) JOIN accounts a USING (connection)

-- One income or expense, from the temp table `incomes` and its event.
SELECT $owner AS owner, o.connection, o.occurred_at, i.category, i.asset, i.quantity, i.value, o.tx_id
FROM incomes i JOIN odd o USING (event)

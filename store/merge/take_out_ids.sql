-- Ids that name their transactions no more.
DELETE FROM lake.core.transaction_ids WHERE rowid IN (SELECT lake_row FROM gone_ids);

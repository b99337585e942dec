-- One transaction that stands in the lake on these days.
CREATE OR REPLACE TEMP TABLE stood AS
SELECT tx_id, digest, first_seen, run_id
FROM lake.core.transactions
WHERE connection = $connection AND occurred_at >= $start AND occurred_at < $until AND day_of(occurred_at) IN (SELECT day FROM days);

-- one finding of the merge
CREATE OR REPLACE TEMP TABLE stood_findings AS
SELECT finding FROM lake.ops.findings
WHERE connection = $connection AND list_contains($kinds, kind) AND day_of(from_at) IN (SELECT day FROM days);

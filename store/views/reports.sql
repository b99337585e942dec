-- one yearly report that was written, and how complete it was then
CREATE OR REPLACE VIEW lake.main.reports AS
SELECT report, owner, year, made_at, folder, complete AS complete_when_made, complete_until AS complete_until_when_made, version,
    inputs, archive, replaced_at
FROM lake.ops.reports;

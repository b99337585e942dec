-- One yearly report that was written. inputs: digest of the rows it rests on; figures: what it says, JSON; digest: of those figures.
-- archive: digest of the kept copy of its inputs. replaced_at: a newer report of the same year stands in its place. files: the digest
-- of each file as it was written, JSON
CREATE TABLE IF NOT EXISTS lake.ops.reports (
    report VARCHAR, owner VARCHAR, year INTEGER, made_at TIMESTAMPTZ, folder VARCHAR, inputs VARCHAR, archive VARCHAR, figures VARCHAR,
    digest VARCHAR, complete_until TIMESTAMPTZ, complete BOOLEAN, version VARCHAR, replaced_at TIMESTAMPTZ
);
ALTER TABLE lake.ops.reports ADD COLUMN IF NOT EXISTS files VARCHAR;

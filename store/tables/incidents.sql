-- When the owner froze or disconnected it: nothing after that moment is asked or expected.
ALTER TABLE lake.ops.connections ADD COLUMN IF NOT EXISTS frozen_at TIMESTAMPTZ;

-- One trouble of one connection, from its first finding to its end; at most one that is not closed per connection and kind.
-- kind: import_stopped, data_inconsistent, notice. state: open, bridged (a file covers it until bridged_until), closed.
-- since_at: from when on data is missing or in doubt. phase_at: when it was opened, or opened again. causes: JSON list, the
-- likeliest first; for what checks saw, their kinds. said: the exchange's own words. urgent: waiting does not mend it.
-- closed_by: proof (a full good sync or check), itself (healed without anybody's doing), freeze, disconnect, owner.
-- told: what its owner heard last (opened, bridged, closed), told_causes: with which causes; reminders: sent since phase_at
CREATE TABLE IF NOT EXISTS lake.ops.incidents (
    incident VARCHAR, connection VARCHAR, owner VARCHAR, kind VARCHAR, state VARCHAR, opened_at TIMESTAMPTZ, since_at TIMESTAMPTZ,
    phase_at TIMESTAMPTZ, causes VARCHAR, said VARCHAR, urgent BOOLEAN, evidence VARCHAR, bridged_until TIMESTAMPTZ,
    closed_at TIMESTAMPTZ, closed_by VARCHAR, told VARCHAR, told_causes VARCHAR, reminders INTEGER, messages INTEGER
);

-- one step in an incident's life: opened, cause, bridged, unbridged, reopened, closed; detail: what exactly, in words
CREATE TABLE IF NOT EXISTS lake.ops.incident_steps (incident VARCHAR, at_time TIMESTAMPTZ, step VARCHAR, detail VARCHAR);

-- one message to one channel of one owner; written with the incident's step in one transaction, sent afterwards.
-- message: stable id, the same however often it is sent. incident: NULL for a digest of several. channel: its name, never its
-- address. what: opened, changed, reminder, bridged, bridge_over, closed, digest, key_expiring, test. body: links stand in it
-- as [[purpose:connection]] and are signed only when it is sent. state: waiting, sending, sent, failed (given up), silenced
CREATE TABLE IF NOT EXISTS lake.ops.deliveries (
    message VARCHAR, incident VARCHAR, owner VARCHAR, channel VARCHAR, what VARCHAR, made_at TIMESTAMPTZ, title VARCHAR, body VARCHAR,
    state VARCHAR, attempts INTEGER, next_try_at TIMESTAMPTZ, sent_at TIMESTAMPTZ, error VARCHAR
);

-- one way to reach an owner; its address lies encrypted in the key store. scheme: mailto, json, slack, tgram ...
CREATE TABLE IF NOT EXISTS lake.ops.channels (channel VARCHAR, owner VARCHAR, scheme VARCHAR, added_at TIMESTAMPTZ);

-- when something that must keep happening happened last: watch (a full one), up, down (a clean end of `gapless up`)
CREATE TABLE IF NOT EXISTS lake.ops.beats (beat VARCHAR, at_time TIMESTAMPTZ);

-- what a key and its way to the exchange were like when a sync last went well, to compare a later failure with.
-- server_ahead_ms: the exchange's clock against ours; rights, ip_allowed: JSON lists
CREATE TABLE IF NOT EXISTS lake.ops.snapshots (
    connection VARCHAR, taken_at TIMESTAMPTZ, egress_address VARCHAR, server_ahead_ms BIGINT, rights VARCHAR, ip_allowed VARCHAR,
    key_expires_at TIMESTAMPTZ
);

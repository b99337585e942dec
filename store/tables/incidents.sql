-- One trouble of one connection, from its first finding to its end; at most one that is not closed per connection and kind.
-- kind: import_stopped, data_inconsistent, notice. state: open, bridged (a file covers it until bridged_until), closed.
-- since_at: from when on data is missing or in doubt. causes: JSON list, the likeliest first. said: the exchange's own words.
-- closed_by: proof (a full good sync or check), itself (healed without anybody's doing), freeze, disconnect, owner
CREATE TABLE IF NOT EXISTS lake.ops.incidents (
    incident VARCHAR, connection VARCHAR, owner VARCHAR, kind VARCHAR, state VARCHAR, opened_at TIMESTAMPTZ, since_at TIMESTAMPTZ,
    causes VARCHAR, said VARCHAR, evidence VARCHAR, bridged_until TIMESTAMPTZ, closed_at TIMESTAMPTZ, closed_by VARCHAR
);

-- one step in an incident's life: opened, cause, bridged, unbridged, reopened, closed; detail: what exactly, in words
CREATE TABLE IF NOT EXISTS lake.ops.incident_steps (incident VARCHAR, at_time TIMESTAMPTZ, step VARCHAR, detail VARCHAR);

-- one message to one channel of one owner; written with the incident's step in one transaction, sent afterwards.
-- message: stable id, the same however often it is sent. channel: its name, never its address. what: opened, reminder, bridged,
-- closed, digest, key_expiring. state: waiting, sent, failed (given up), silenced (not to be sent any more)
CREATE TABLE IF NOT EXISTS lake.ops.deliveries (
    message VARCHAR, incident VARCHAR, owner VARCHAR, channel VARCHAR, what VARCHAR, made_at TIMESTAMPTZ, title VARCHAR, body VARCHAR,
    state VARCHAR, attempts INTEGER, next_try_at TIMESTAMPTZ, sent_at TIMESTAMPTZ, error VARCHAR
);

-- what a key and its way to the exchange were like when a sync last went well, to compare a later failure with.
-- server_ahead_ms: the exchange's clock against ours; rights, ip_allowed: JSON lists
CREATE TABLE IF NOT EXISTS lake.ops.snapshots (
    connection VARCHAR, taken_at TIMESTAMPTZ, egress_address VARCHAR, server_ahead_ms BIGINT, rights VARCHAR, ip_allowed VARCHAR,
    key_expires_at TIMESTAMPTZ
);

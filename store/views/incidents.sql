-- one trouble of one connection, from its first finding to its end
CREATE OR REPLACE VIEW lake.main.incidents AS
SELECT incident, connection, owner, kind, state, opened_at, since_at, causes, said, bridged_until, closed_at, closed_by
FROM lake.ops.incidents;

-- one step in an incident's life
CREATE OR REPLACE VIEW lake.main.incident_steps AS
SELECT s.incident, i.connection, s.at_time, s.step, s.detail
FROM lake.ops.incident_steps s JOIN lake.ops.incidents i USING (incident);

-- one message to one channel of an owner, and whether it arrived
CREATE OR REPLACE VIEW lake.main.deliveries AS
SELECT message, incident, owner, channel, what, made_at, title, state, attempts, next_try_at, sent_at, error FROM lake.ops.deliveries;

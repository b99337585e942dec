-- one trouble of one connection, from its first finding to its end; '*' is gapless itself
CREATE OR REPLACE VIEW lake.main.incidents AS
SELECT incident, connection, owner, kind, state, opened_at, since_at, causes, said, urgent, bridged_until, closed_at, closed_by,
    told, reminders
FROM lake.ops.incidents;

-- one step in an incident's life
CREATE OR REPLACE VIEW lake.main.incident_steps AS
SELECT s.incident, i.connection, s.at_time, s.step, s.detail
FROM lake.ops.incident_steps s JOIN lake.ops.incidents i USING (incident);

-- one message to one channel of an owner, and whether it arrived
CREATE OR REPLACE VIEW lake.main.deliveries AS
SELECT message, incident, owner, channel, what, made_at, title, state, attempts, next_try_at, sent_at, error FROM lake.ops.deliveries;

-- one way to reach an owner, and how it fared
CREATE OR REPLACE VIEW lake.main.channels AS
SELECT c.channel, c.owner, c.scheme, c.added_at, count(d.message) FILTER (d.state = 'sent') AS sent,
    count(d.message) FILTER (d.state IN ('waiting', 'sending')) AS waiting, count(d.message) FILTER (d.state = 'failed') AS failed,
    max(d.sent_at) AS last_sent_at, arg_max(d.error, d.made_at) AS last_error
FROM lake.ops.channels c LEFT JOIN lake.ops.deliveries d USING (owner, channel)
GROUP BY ALL;

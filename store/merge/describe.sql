-- One row that describes an event which nothing books. Where a booking stream claims to know that time, the booking is
-- missing: a finding. Elsewhere the description is the best there is and books the event itself.
CREATE OR REPLACE TEMP TABLE unbooked AS
SELECT d.u, EXISTS (
    FROM lake.core.coverage c
    WHERE c.connection = $connection AND list_contains($books, c.stream) AND c.stream <> d.stream
        AND d.occurred_at >= c.from_at AND d.occurred_at < c.to_at
        AND c.scope IN ('all', d.scope, d.market, replace(d.market, '/', ''))) AS claimed
FROM (SELECT * FROM stands WHERE grain = 'describe') d
ANTI JOIN (SELECT event_id FROM stands WHERE grain <> 'describe') b USING (event_id);

INSERT INTO noticed
SELECT 'described_not_booked', source, occurred_at, json_object('event_id', event_id, 'row_id', row_id)
FROM stands WHERE u IN (SELECT u FROM unbooked WHERE claimed);

CREATE OR REPLACE TEMP TABLE dropping AS SELECT u FROM unbooked WHERE claimed;
CREATE OR REPLACE TEMP TABLE amending AS
SELECT * REPLACE ('movement' AS grain) FROM stands WHERE u IN (SELECT u FROM unbooked WHERE NOT claimed);

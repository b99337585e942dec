-- Where the history of a connection begins of which its owner wanted nothing before a day: at that day, or at an older row that a file has
-- told. Only where it lies elsewhere now.
SELECT began FROM (
    SELECT c.history_from, least(json_extract_string(c.settings, 'since')::TIMESTAMPTZ, (
        SELECT min(occurred_at) FROM lake.core.transactions WHERE connection = $connection)) AS began
    FROM lake.ops.connections c WHERE c.connection = $connection AND json_extract_string(c.settings, 'since') IS NOT NULL
) WHERE began <> history_from;

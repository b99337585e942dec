-- Failing means: there are transactions of a kind that gapless does not know. Their amounts count; whether they were bought, earned or
-- given is open, so gains may be wrong. The owner can say what they are. Kraken's word 'transfer' is not one of them: Kraken uses
-- it for several things and tells no more.
SELECT c.connection, count(t.tx_id) AS not_understood
FROM lake.ops.connections c LEFT JOIN lake.core.transactions t ON t.connection = c.connection AND t.kind = 'other'
    AND NOT (c.exchange = 'kraken' AND t.source_type = 'transfer')
GROUP BY c.connection ORDER BY c.connection

-- Failing means: there is time that should be covered and is not, so numbers that rest on it may lack transactions. Reads the view
-- `gaps`, which says of each why. The owner can sync (most gaps close by themselves), or upload an export of those dates.
-- What a stopped connection has not read since is the matter of `stale`; here it counts where syncs go well and yet leave it out.
SELECT c.connection, count(g.connection) AS open_gaps
FROM lake.ops.connections c
LEFT JOIN lake.main.gaps g ON g.connection = c.connection AND g.books
    AND (g.to_at < now() OR g.from_at < c.last_success_at - INTERVAL 26 HOUR)
GROUP BY c.connection ORDER BY c.connection

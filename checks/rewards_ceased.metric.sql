-- Failing means: what the exchange paid regularly (staking, interest) came no more from some day on, though everything since counts as
-- covered. Either it ended, which the owner can say, or a stream lost it while every run was green: then an export of that time
-- brings it. Never told of a quiet account: only rewards are looked at, which come without anybody's doing, and only such as came by
-- the clock for months. Never told where it is known that nothing is missing: a reported balance of the asset that is the sum of its
-- transactions shows that no reward is missing before it, and in a file whose balance column continues no line is. It is a notice and
-- spoils nothing, since the covered time has its basis; reports name it. `ceased_rewards`: see transforms/ceased_rewards.sql.
SELECT c.connection, count(r.word) AS ceased_rewards
FROM lake.ops.connections c LEFT JOIN ceased_rewards r USING (connection) GROUP BY c.connection ORDER BY c.connection

-- One kind of rewards in one asset: when it came last, how often it had come before, and when it came again, if it did.
SELECT connection, word || ' ' || asset || strftime(last_at, ' since %Y-%m-%d') AS source, last_at AS from_at, word || ' ' || asset AS what,
    json_object('last_at', last_at, 'usual_days', usual_days, 'came', came, 'to_at', next_at) AS detail
FROM ceased_rewards
